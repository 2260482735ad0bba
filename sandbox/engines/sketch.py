"""Pictures without a model: a procedure paints a sky and a ground in the prompt's colours, draws
the things it knows the words for, and writes on the picture that it is a sketch.
"""

import io
import random
import re
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont, PngImagePlugin

from sandbox.engines.opening import opened
from sandbox.engines.shapes import Pen, shapes_of

Colour = tuple[int, int, int]

MARK = "Sketch by the sandbox: no image model drew this"
COLOURS: dict[str, Colour] = {
    "red": (200, 50, 50), "orange": (240, 150, 60), "yellow": (245, 215, 90),
    "green": (80, 150, 90), "blue": (90, 150, 220), "purple": (130, 80, 170),
    "pink": (240, 160, 190), "brown": (130, 95, 65), "black": (30, 30, 36),
    "white": (245, 245, 245), "grey": (150, 150, 155), "gray": (150, 150, 155),
    "gold": (220, 180, 70), "sunset": (240, 140, 90), "sunrise": (250, 190, 130),
    "night": (24, 28, 64), "winter": (225, 235, 245), "autumn": (205, 130, 60),
    "desert": (230, 200, 140), "sea": (60, 120, 170), "ocean": (40, 100, 160),
    "space": (12, 12, 34), "forest": (70, 120, 80), "spring": (170, 215, 150),
}  # fmt: skip


PLAIN = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey",
)  # fmt: skip
LOW = {"green", "brown", "forest", "desert", "spring", "autumn", "sea", "ocean"}
"""What is below rather than above."""


class Sketcher:
    """Stateless; a class, since engines are loaded."""

    def draw(
        self, prompt: str, size: tuple[int, int], *, seed: int = 0, clear: bool = False,
        muted: bool = False,
    ) -> Image.Image:  # fmt: skip
        """`clear`: without sky and ground. `muted`: the style `natural`."""
        chance = random.Random(f"{prompt}{seed}")
        picture = Image.new("RGBA", size) if clear else _ground(prompt, size, chance)
        pen = Pen(ImageDraw.Draw(picture), size, chance)
        for shape in shapes_of(prompt):
            shape(pen)
        if muted:
            grey = picture.convert("L").convert("RGBA")
            grey.putalpha(picture.getchannel("A"))
            picture = Image.blend(picture, grey, 0.35)
        return marked(picture, prompt)

    def stages(self, picture: Image.Image, count: int) -> Iterator[Image.Image]:
        """The picture, less and less blurred, without its last sharp state."""
        for left in range(count, 0, -1):
            yield picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 64 * left))

    def edit(self, images: list[bytes], mask: bytes | None, prompt: str, *, seed: int = 0,
             size: tuple[int, int] | None = None) -> Image.Image:  # fmt: skip
        """The sketch of the prompt over the first image: where the mask (or the image) is
        transparent, or where none is, its shapes alone. Raises OSError for what is no picture.
        """
        base = opened(images[0])
        cut = opened(mask) if mask else base
        if cut.size != base.size:
            raise ValueError("The mask has another size than the image.")
        hole = cut.getchannel("A").point(lambda alpha: 255 - alpha)
        whole = hole.getextrema() == (0, 0)
        sketch = self.draw(prompt, base.size, seed=seed, clear=whole)
        for extra in images[1:]:
            small = opened(extra)
            small.thumbnail((base.width // 3, base.height // 3))
            base.alpha_composite(small)
        done = Image.alpha_composite(base, sketch) if whole else Image.composite(sketch, base, hole)
        return marked(done.resize(size) if size else done, prompt)

    def saved(self, picture: Image.Image, kind: str, quality: int = 90) -> bytes:
        """png, jpeg or webp."""
        file = io.BytesIO()
        if kind == "png":
            told = PngImagePlugin.PngInfo()
            told.add_text("Comment", MARK)
            picture.save(file, "png", pnginfo=told, compress_level=1)
        else:
            flat = picture.convert("RGB") if kind == "jpeg" else picture
            flat.save(file, kind, quality=quality)
        return file.getvalue()

    def seen(self, content: bytes) -> str:
        """A picture in words, for a chat model that has no eyes: its size and its colours.
        Raises OSError for what is no picture.
        """
        picture = opened(content).convert("RGB")
        small = picture.resize((32, 32)).quantize(3).convert("RGB")
        counted = sorted(small.getcolors(3) or [], reverse=True)
        names = dict.fromkeys(_nearest(colour) for _, colour in counted)
        return f"an image of {picture.width}x{picture.height} pixels, mostly {', '.join(names)}"


def marked(picture: Image.Image, prompt: str) -> Image.Image:
    height = max(12, picture.height // 40)
    font = ImageFont.load_default(height * 0.62)
    strip = ImageDraw.Draw(picture)
    strip.rectangle((0, picture.height - 2 * height, *picture.size), fill=(20, 20, 24, 255))
    for line, text in enumerate((MARK, " ".join(prompt.split())[:120])):
        place = (height // 2, picture.height - (2 - line) * height + height * 0.1)
        strip.text(place, text, fill=(235, 235, 235, 255), font=font)
    return picture


def _ground(prompt: str, size: tuple[int, int], chance: random.Random) -> Image.Image:
    words = [word for word in re.findall(r"\w+", prompt.lower()) if word in COLOURS]
    named = [COLOURS[word] for word in sorted(words, key=LOW.__contains__)]
    free = [COLOURS[name] for name in ("blue", "sunrise", "spring", "desert", "pink")]
    top = named[0] if named else chance.choice(free)
    low = named[1] if len(named) > 1 else tuple(int(c * 0.6 + 90) for c in top)
    column = Image.new("RGBA", (1, 64))
    for y in range(64):
        share = y / 63
        mixed = [round(a + (b - a) * share) for a, b in zip(top, low, strict=True)]
        column.putpixel((0, y), (*mixed, 255))
    return column.resize(size, Image.Resampling.BILINEAR)


def _nearest(colour: Any) -> str:
    def distance(name: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(COLOURS[name], colour, strict=True))

    return min(PLAIN, key=distance)
