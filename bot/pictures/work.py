"""What one answer painted, and what of it is shown."""

import re
from pathlib import Path

import msgspec

from bot.openai.image_types import ImageRequest
from bot.parts import RECEIPT, Button, Buttons, Card, Image, Part

MASK = "mask.png"
ALT = 1_500  # characters
_QUOTED = 1_000  # characters of a prompt on a card
_NAME = 40  # characters of a file's name

BUTTONS = Buttons((
    Button("Again", "repaint_picture"),
    Button("Vary", "vary_picture"),
    Button("Edit", "edit_picture"),
    Button("Shape", "reshape_picture"),
    Button("Use in chat", "use_picture"),
    Button("Delete", "delete_picture"),
    RECEIPT,
))  # fmt: skip


class Kept(msgspec.Struct, frozen=True):
    file: str  # in the work's folder
    posted: str  # the file that is posted: the same, or a lighter version
    size: str  # in pixels, 1024x1536
    revised: str = ""  # the prompt as the provider worded it
    quality: str = ""  # as the provider chose it


class Work(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    author: str
    request: ImageRequest
    pictures: tuple[Kept, ...]
    cost: str
    source: str = ""  # the file that was edited, kept beside
    masked: bool = False  # so is MASK


def shown(work: Work, folder: Path) -> list[Part]:
    """The finished answer."""
    title = "Edited" if work.source else "Painted"
    card = Card(title, _words(work), _facts(work), state="done")
    return [*(_image(work, number, folder) for number in range(len(work.pictures))), card, BUTTONS]


def key(number: int) -> str:
    """Of a picture's part, finished or not."""
    return f"picture {number}"


def quoted(text: str) -> str:
    cut = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return "\n".join(f"> {line}" for line in cut.splitlines())


def remembered(work: Work) -> str:
    """What a chat model is told of it, which sees no picture here."""
    first = work.pictures[0]
    number = len(work.pictures)
    what = "a picture" if number == 1 else f"{number} pictures"
    return f"Here is {what} ({first.size}, by {work.request.model}): {_described(work, first)}"


def _described(work: Work, picture: Kept) -> str:
    return picture.revised or work.request.prompt


def _words(work: Work) -> str:
    revised = dict.fromkeys(picture.revised for picture in work.pictures if picture.revised)
    return "\n\n".join([
        quoted(work.request.prompt), *(f"Painted as:\n{quoted(words)}" for words in revised)
    ])  # fmt: skip


def _facts(work: Work) -> tuple[tuple[str, str], ...]:
    sizes = ", ".join(dict.fromkeys(picture.size for picture in work.pictures))
    asked, quality = work.request, work.pictures[0].quality or work.request.quality
    facts = (
        ("Model", asked.model), ("Size", sizes), ("Quality", quality),
        ("Style", asked.style), ("Posted as", _lighter(work)), ("Cost", work.cost),
    )  # fmt: skip
    return tuple((name, value) for name, value in facts if value)


def _lighter(work: Work) -> str:
    heavy = any(picture.posted != picture.file for picture in work.pictures)
    return "a lighter WebP: the original is too large for this place" if heavy else ""


def _image(work: Work, number: int, folder: Path) -> Image:
    picture = work.pictures[number]
    words = re.sub(r"\W+", "-", work.request.prompt)[:_NAME].strip("-").lower() or "picture"
    counted = f"-{number + 1}" if len(work.pictures) > 1 else ""
    name = f"{words}{counted}{Path(picture.posted).suffix}"
    return Image(name, folder / picture.posted, _described(work, picture)[:ALT], key(number))
