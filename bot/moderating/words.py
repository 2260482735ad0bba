"""The parts of an answer: which have words of the model, and which may pass at once."""

from collections.abc import Sequence

from bot.moderating.judge import OVERLAP
from bot.parts import Buttons, Delta, Notice, Part, Remove, Status, Text, Withdraw

FREE = Status | Notice | Buttons | Remove | Withdraw  # they show nothing of what was asked or said


def length(part: Part) -> int:
    """Characters of the model's."""
    match part:
        case Delta(text):
            return len(text)
        case Text(markdown):
            return len(markdown)
    return 0


class Tails:
    """The end of what was judged before, by key: the next words are judged together with it."""

    def __init__(self, known: str) -> None:
        self._known = known  # what people read before, from an attempt that was killed
        self._tails: dict[str, str] = {}

    def with_words(self, parts: Sequence[Part]) -> dict[str, str]:
        """By key, the words to judge, each with what stands before it."""
        found: dict[str, str] = {}
        for part in parts:
            match part:
                case Delta(text, key):
                    found[key] = found.get(key, self._tails.get(key, "")) + text
                case Text(markdown, key) if markdown != self._known:
                    found[key] = markdown
        return found

    def cleared(self, words: dict[str, str]) -> None:
        self._tails |= {key: text[-OVERLAP:] for key, text in words.items()}
