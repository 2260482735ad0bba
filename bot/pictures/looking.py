"""Pictures as files: what they are, by their content, and other versions of them. Blocking."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from bot.errors import Refused

ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}
_QUALITIES = (90, 75, 50)  # of WebP, of 100
_SMALLEST = 512  # pixels of the longer side: a picture that is made smaller does not end below it
_MOST = 50_000_000  # pixels that are unpacked, four bytes each
_SEEN = 1_536  # pixels a side, of what a chat model looks at: it has it made smaller itself
_BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError,
           Image.DecompressionBombWarning)  # fmt: skip


class Look(NamedTuple):
    ending: str  # of a file's name
    width: int  # pixels
    height: int

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"


def look(content: bytes) -> Look | None:
    """None: it is no picture that every platform shows, whatever its sender says."""
    try:
        with _opened(content) as picture:
            picture.load()
            return Look(ENDINGS[str(picture.format)], *picture.size)
    except _BROKEN:
        return None


def lighter(content: bytes, most: int) -> bytes:
    """As WebP, in at most so many bytes where that can be: of less quality first, then smaller."""
    with _opened(content) as picture:
        for quality in _QUALITIES:
            if len(saved := _saved(picture, "WEBP", quality=quality)) <= most:
                return saved
        while len(saved) > most and max(picture.size) >= 2 * _SMALLEST:
            picture.thumbnail((picture.width // 2, picture.height // 2))
            saved = _saved(picture, "WEBP", quality=quality)
    return saved


def seen(content: bytes) -> bytes:
    """As WebP, no larger than a chat model sees it."""
    with _opened(content) as picture:
        picture.thumbnail((_SEEN, _SEEN))
        return _saved(picture, "WEBP", quality=_QUALITIES[0])


def editable(content: bytes, name: str, endings: Sequence[str]) -> tuple[bytes, str]:
    """As it is, or as PNG where its kind is not among `endings`; and its ending. Raises Refused."""
    found = look(content)
    if found is None:
        raise Refused(
            f"“{name}” is no picture that Parley can read, or has more than {_MOST // 10**6} "
            "million pixels: send a PNG, JPEG, WebP or GIF."
        )
    if found.ending in endings:
        return content, found.ending
    with _opened(content) as picture:
        return _saved(picture.convert("RGBA"), "PNG"), "png"


def mask(content: bytes, over: bytes) -> bytes:
    """As PNG, of the size of the picture that it lies over. Raises Refused."""
    try:
        with _opened(content) as given, _opened(over) as picture:
            found = given.convert("RGBA")
            if found.getchannel("A").getextrema() == (255, 255):
                raise Refused(
                    "The mask has no clear part, so nothing would change: erase from a copy of "
                    "the picture what is to be painted anew, and save it as PNG."
                )
            return _saved(found.resize(picture.size), "PNG")
    except _BROKEN:
        raise Refused("The mask is no picture that Parley can read; send a PNG.") from None


def _opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=tuple(ENDINGS))
    if picture.width * picture.height > _MOST:
        raise ValueError(f"{picture.size} pixels")
    return picture


def _saved(picture: Image.Image, kind: str, **how: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()
