"""The output and error files of a batch: what was answered, and why not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bot.openai.batches import Result, result
from bot.openai.usage import Usage, WireUsage, used

_OK = range(200, 300)
_CAUSES = 200  # kinds of failure that are told apart
_LONGEST = 300  # characters of a cause


class At(NamedTuple):
    """Where a result is: a file of 200 MB is not kept in memory."""

    file: int
    offset: int
    size: int


class Results:
    """Of files that lie here. `causes`: why requests failed, and how many of each."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self.answered = 0
        self.causes: Counter[str] = Counter()
        self.usage = Usage()
        self.at: dict[str, At] = {}  # custom_id -> the first that it has
        for number, path in enumerate(paths):
            for offset, text, found in _lines(path):
                self.at.setdefault(found.custom_id, At(number, offset, len(text)))
                self._see(found)

    def _see(self, found: Result) -> None:
        if cause := failure(found):
            known = cause in self.causes or len(self.causes) < _CAUSES
            self.causes[cause if known else "other causes"] += 1
            return
        self.answered += 1
        self.usage = _sum(self.usage, (found.response or {}).get("body"))

    def of(self, custom_id: str) -> Result | None:
        if not (at := self.at.get(custom_id)):
            return None
        with self._paths[at.file].open("rb") as file:
            file.seek(at.offset)
            return result(file.read(at.size))


def failure(found: Result) -> str:
    """Why there is no answer; "" where there is one."""
    response = found.response or {}
    status = response.get("status_code")
    if found.error is None and isinstance(status, int) and status in _OK:
        return ""
    body = response.get("body")
    error = found.error or (body.get("error") if isinstance(body, Mapping) else None) or {}
    told = error.get("message") or error.get("code") if isinstance(error, Mapping) else error
    code = f"{status}: " if status else ""
    return f"{code}{' '.join(str(told or 'no reason was given').split())}"[:_LONGEST]


def answer(found: Result) -> tuple[str, str]:
    """What a chat model said, and what is wrong with it."""
    if cause := failure(found):
        return "", cause
    body = (found.response or {}).get("body")
    try:
        choice = msgspec.convert(body, _Body).choices[0]
    except (msgspec.ValidationError, IndexError):
        return "", "The answer has no text."
    text = choice.message.content or choice.message.refusal or ""
    return text, _remark(choice, text)


class _Said(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice]


def _remark(choice: _Choice, text: str) -> str:
    if choice.message.refusal and not choice.message.content:
        return "The model refused."
    if choice.finish_reason == "length":
        return "Cut off: the answer reached its length limit."
    if choice.finish_reason == "content_filter":
        return "Cut off by the provider's content filter."
    return "" if text else "The model gave an empty answer."


def _lines(path: Path) -> Iterator[tuple[int, bytes, Result]]:
    offset = 0
    with path.open("rb") as file:
        for text in file:
            if not text.isspace():
                try:
                    yield offset, text, result(text)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    unreadable = {"message": "its result cannot be read"}
                    yield offset, text, Result(f"byte {offset}", error=unreadable)
            offset += len(text)


def _sum(before: Usage, body: Any) -> Usage:
    wire = body.get("usage") if isinstance(body, Mapping) else None
    try:
        usage = used(msgspec.convert(wire, WireUsage | None)) or Usage()
    except msgspec.ValidationError:
        return before
    return Usage(
        prompt=before.prompt + usage.prompt,
        completion=before.completion + usage.completion,
        cached=before.cached + usage.cached,
    )
