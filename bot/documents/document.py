"""What was read in a file, and how it is cut into passages."""

import re
from collections.abc import Iterator

import msgspec

LONGEST = 1_000  # characters of a passage: an idea or two, and within what any model embeds
_BREAKS = re.compile(r"(?<=\n)(?=\s*\n)|(?<=\n)|(?<=[.!?…] )|(?<=[。！？])")  # noqa: RUF001  as Chinese ends


class Section(msgspec.Struct, frozen=True):
    part: str  # for people: `page 3`, `Sheet1, from row 1`; "" where there are no parts
    text: str


class Document(msgspec.Struct, frozen=True):
    sections: tuple[Section, ...]
    cut: str = ""  # where the limit of what is read was reached: `after 1,000 pages`

    @property
    def text(self) -> str:
        return "\n\n".join(section.text for section in self.sections)


class Unreadable(Exception):
    """Why, as the rest of a sentence that begins with the file's name."""


def passages(document: Document) -> Iterator[Section]:
    """In order, none across two sections."""
    for section in document.sections:
        for text in _cut(section.text):
            yield Section(section.part, text)


def _cut(text: str) -> Iterator[str]:
    """At paragraphs, lines or sentences, where there are any."""
    kept = ""
    for piece in _pieces(text):
        if kept and len(kept) + len(piece) > LONGEST:
            yield kept.strip()
            kept = ""
        kept += piece
    if kept.strip():
        yield kept.strip()


def _pieces(text: str) -> Iterator[str]:
    for piece in _BREAKS.split(text):
        if piece.strip():
            yield from (piece[at : at + LONGEST] for at in range(0, len(piece), LONGEST))
