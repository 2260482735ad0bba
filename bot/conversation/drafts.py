"""Answers as they are written, and how they look once they have ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.conversation.json_answers import trouble
from bot.openai.chat import ChatChunk
from bot.openai.chat_types import Logprob
from bot.parts import RECEIPT, Button, Buttons, File, Part, Text

REGENERATE = Button("Regenerate", "regenerate")
CONTINUE = Button("Continue", "continue")
LONGEST_ID = 100  # characters
LONG = 1_500  # characters of JSON that stand in a message; more is a file
ENDINGS = {  # finish reasons of the API, and ours; those that need no word are not here
    "length": "_The answer reached its length limit. **Continue** goes on._",
    "content_filter": "_The provider's content filter ended this answer._",
    "person": "_Stopped._",
    "shutdown": "_Parley was restarted while it wrote this. **Continue** goes on._",
}
UNFINISHED = {"length", "person", "shutdown", "cut"}
CHOOSE = (
    "_Take one: it stays, and the thread goes on from it. Until then it goes on from the first._"
)


@dataclass
class Draft:
    """An answer as it is written; `others`: where several were asked for, those after the first."""

    pieces: list[str] = field(default_factory=list)
    ending: str = "cut"  # until a finish reason comes
    word: str = ""  # what to say of the ending, where ENDINGS has nothing
    logprobs: list[Logprob] = field(default_factory=list)
    others: list["Draft"] = field(default_factory=list)
    chunks: int = 0  # of the provider's; the first came when it had thought
    last: ChatChunk | None = None

    def hear(self, chunk: ChatChunk) -> None:
        self.chunks += 1
        self.last = chunk
        while len(self.others) < chunk.index:
            self.others.append(Draft())
        heard = self.others[chunk.index - 1] if chunk.index else self
        heard.pieces.append(chunk.text)
        heard.ending = chunk.finish_reason or heard.ending
        heard.logprobs.extend(chunk.logprobs)

    @property
    def facts(self) -> dict[str, str]:
        """By which the provider knows its last call, in words."""
        if self.last is None:
            return {}
        told = self.last.facts
        return {
            "id": told.id, "request_id": self.last.request_id[:LONGEST_ID],
            "created": _moment(told.created), "system_fingerprint": told.system_fingerprint,
            "service_tier": told.service_tier,
        }  # fmt: skip

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def all(self) -> list[str]:
        """Those that say something."""
        return [text for draft in (self, *self.others) if (text := draft.text)]


def _moment(at: float) -> str:
    """Nothing where it is no time of this age."""
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
    except (ValueError, OverflowError, OSError):
        return ""


def candidates(texts: Sequence[str]) -> Iterator[Part]:
    """Several answers, to choose from."""
    for number, text in enumerate(texts, 1):
        yield Text(f"**{number}**\n\n{text}", key="answer" if number == 1 else f"answer {number}")
    yield Text(CHOOSE, key="note")
    takes = [Button(f"Take {number}", f"take_{number}") for number in range(1, len(texts) + 1)]
    yield Buttons((*takes, REGENERATE))


def last_words(draft: Draft, response_format: Mapping[str, Any] | None = None) -> Iterator[Part]:
    if not draft.text:
        yield Text("_The model gave an empty answer._")
    else:
        if response_format:
            yield from _json(draft.text, response_format)
        if word := draft.word or ENDINGS.get(draft.ending, ""):
            yield Text(word, key="note")
    if draft.logprobs:
        yield File("logprobs.json", msgspec.json.encode(draft.logprobs), key="logprobs")
    buttons = (REGENERATE, CONTINUE) if draft.ending in UNFINISHED else (REGENERATE,)
    yield Buttons((*buttons, RECEIPT), feedback=bool(draft.text))


FENCE = "```json\n"  # what is shown of JSON begins so, while it comes too


def _json(text: str, response_format: Mapping[str, Any]) -> Iterator[Part]:
    if len(text) > LONG:
        yield Text(f"The answer is JSON of {len(text):,} characters, in the file.")
        yield File("answer.json", text.encode(errors="replace"), key="json")
    else:
        yield Text(f"{FENCE}{text}\n```")
    if wrong := trouble(text, response_format):
        yield Text(f"_{wrong}_", key="note")
