"""Pictures that somebody sent."""

import io

from PIL import Image

LARGEST = 50_000_000  # pixels; a small file can hold more than memory does


def opened(content: bytes) -> Image.Image:
    """In RGBA. Raises OSError for what is no picture, or too large a one."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > LARGEST:
                raise OSError("too many pixels")
            return picture.convert("RGBA")
    except (SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise OSError("broken") from error
