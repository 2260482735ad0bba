"""JSON answers, read leniently: unknown fields are left, unknown values kept."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from bot.openai import error_answers
from bot.openai.errors import Headers, Malformed, OpenAIError
from bot.openai.stream import Answer

T = TypeVar("T")
KINDS = ("batch", "chat.completion", "embedding", "file", "fine_tuning.job", "list", "model")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def reader(kind: type[T], object_: str = "") -> Callable[[Answer], T]:
    """Of whole answers. `object_`: what they call themselves, in a field of the kind's."""
    decode = event_reader(kind)

    def read(answer: Answer) -> T:
        found = decode(answer.body, answer.headers)
        if object_:
            of_kind(getattr(found, "object", None), object_, answer.headers)
        return found

    return read


def of_kind(said: Any, wanted: str, headers: Headers) -> None:
    """`chat.completion.chunk` is a `chat.completion` too. Servers have words of their own: only
    what is called by another of OpenAI's is another thing. Raises Malformed, in a sentence for
    whoever set the address.
    """
    if said not in KINDS or said.startswith(wanted):
        return
    raise Malformed(
        f"a {said}, not a {wanted}",
        sentence=f"The model's server answered with a `{said}` where a `{wanted}` was asked for; "
        "is OPENAI_BASE_URL right? `python -m bot doctor` names the setting.",
        headers=headers,
        may_have_run=True,
    )


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
