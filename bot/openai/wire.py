"""JSON answers, read leniently: unknown fields are left, unknown values kept."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from bot.openai import error_answers
from bot.openai.errors import Headers, Malformed, OpenAIError
from bot.openai.stream import Answer

T = TypeVar("T")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def reader(kind: type[T]) -> Callable[[Answer], T]:
    """Of whole answers."""
    read = event_reader(kind)
    return lambda answer: read(answer.body, answer.headers)


def event_reader(kind: type[T]) -> Callable[[bytes, Headers], T]:
    """Raises OpenAIError where the data is another thing: an error with status 200, a page."""
    decode = msgspec.json.Decoder(kind).decode

    def read(data: bytes, headers: Headers) -> T:
        try:
            return decode(data)
        except UNREADABLE as error:
            raise trouble(data, headers, error) from error

    return read


def trouble(body: bytes, headers: Headers, error: Exception) -> OpenAIError:
    """What a body is that is not what it should be."""
    try:
        if msgspec.json.decode(body, type=dict[str, Any]).get("error"):
            return error_answers.from_event(body, headers)
    except UNREADABLE:
        pass
    return Malformed(str(error), headers=headers, may_have_run=True)
