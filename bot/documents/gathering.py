"""Sections as they are found, up to the limits of what is read of one file."""

from bot.documents.document import Document, Section, Unreadable
from bot.documents.texts import MOST


class Gathering:
    """`room`: characters that are left."""

    def __init__(self) -> None:
        self._sections: list[Section] = []
        self.room = MOST

    def add(self, part: str, text: str) -> bool:
        """Whether there is room for more."""
        if text := text.strip()[: self.room]:
            self._sections.append(Section(part, text))
            self.room -= len(text)
        return self.room > 0

    def document(self, empty: str, cut: str = "") -> Document:
        """`empty`: what is wrong with a file that has no text. Raises Unreadable."""
        if not self._sections:
            raise Unreadable(empty)
        if not self.room:
            cut = f"after {MOST:,} characters"
        return Document(tuple(self._sections), cut)
