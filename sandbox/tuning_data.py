"""The training file of a fine-tuning job, checked line by line."""

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

FEWEST = 10  # examples
TOLD = 5  # lines that are wrong


class Said(Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Any] | None = None
    weight: Literal[0, 1] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            texts = (part.get("text", "") for part in self.content if isinstance(part, dict))
            return "".join(texts)
        return self.content or ""


class Conversation(Struct):
    messages: list[Said]


class BadFile(ValueError):
    """With a sentence that names the lines."""


def read(path: Path) -> list[tuple[str, str]]:
    """What was asked and what was answered, for each answer to learn from. Raises BadFile."""
    examples: list[tuple[str, str]] = []
    wrong: list[str] = []
    count = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            count += 1
            try:
                examples += _pairs(msgspec.json.decode(line, type=Conversation))
            except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
                wrong.append(f"Line {number}: {error}.")
    if wrong:
        more = f" And {len(wrong) - TOLD} more." if len(wrong) > TOLD else ""
        raise BadFile("Invalid file format. " + " ".join(wrong[:TOLD]) + more)
    if count < FEWEST:
        text = f"Training file has {count} example(s), but must have at least {FEWEST} examples"
        raise BadFile(text)
    return examples


def _pairs(conversation: Conversation) -> list[tuple[str, str]]:
    """Raises ValueError."""
    asked: list[str] = []
    pairs = []
    for said in conversation.messages:
        if said.role != "assistant":
            asked.append(said.text)
        elif said.weight != 0:
            pairs.append(("\n".join(asked), said.text))
    if not pairs:
        raise ValueError("it has no message of the role assistant to learn from")
    return pairs
