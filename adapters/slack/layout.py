"""Where in a text one message ends and the next begins."""

from adapters import markup
from adapters.markup import BEGINNING
from adapters.slack.blocks import LONGEST

_LEAST = 200  # characters; a message with less in it is not closed


class Layout:
    """While the text grows, what was closed stays as it is. Another text begins anew."""

    def __init__(self, longest: int = LONGEST) -> None:
        self.longest = longest
        self._closed: list[str] = []
        self._text = ""  # what they hold of it
        self._mark = BEGINNING

    @property
    def number(self) -> int:
        """Of the message that is written now."""
        return len(self._closed)

    def pieces(self, text: str) -> list[str]:
        self._look(text)
        return [*self._closed, *markup.split(text, self.longest, self._mark)]

    def last(self, text: str) -> str:
        """What the message says that is written now, a fence in it still open."""
        self._look(text)
        return self._mark.opening + text[self._mark.start :]

    def close(self, text: str) -> str:
        """End the message at the last good place. What it says now; "" where that is too little."""
        room = min(len(self.last(text)) - 1, self.longest)
        if room < _LEAST:
            return ""
        piece, self._mark = markup.cut(text, room, self._mark)
        self._closed.append(piece)
        self._text = text[: self._mark.start]
        return piece

    def _look(self, text: str) -> None:
        if not text.startswith(self._text):
            self._closed, self._text, self._mark = [], "", BEGINNING
