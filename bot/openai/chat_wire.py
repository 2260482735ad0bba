"""Chat completions as servers write them: read leniently, unknown fields ignored."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.openai import errors, sse
from bot.openai.chat_types import ChatChunk, ChatCompletion, Usage


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Said(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        return self.content or self.refusal or ""


class _Choice(msgspec.Struct):
    index: int | None = None
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Message(msgspec.Struct):
    """A chunk, a whole completion, or an error in the place of either."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    model: str | None = None
    error: msgspec.Raw | None = None


_decode = msgspec.json.Decoder(_Message).decode


class ChunkReader:
    """The chunks of one stream. `finished` once the answer is whole, `done` after [DONE]."""

    def __init__(self, headers: errors.Headers) -> None:
        self.finished = False
        self.done = False
        self._headers = headers
        self._request_id = headers.get("x-request-id", "")
        self._events = sse.Decoder()

    def feed(self, piece: bytes) -> Iterator[ChatChunk]:
        """Raises OpenAIError, after the chunks that came before the trouble."""
        for event in self._events.feed(piece):
            if event.data == b"[DONE]":
                self.finished = self.done = True
                return
            if event.name == "error":
                raise errors.from_event(event.data, self._headers)
            yield from self._chunks(_read(event.data, self._headers))

    def _chunks(self, message: _Message) -> Iterable[ChatChunk]:
        usage = _usage(message.usage)
        chunks = []
        for choice in message.choices or ():
            text = choice.delta.text if choice.delta else ""
            if choice.finish_reason:
                self.finished = True
            if text or choice.finish_reason:
                chunks.append(ChatChunk(text, choice.finish_reason, usage, message.model or "",
                                        self._request_id, choice.index or 0))  # fmt: skip
        if usage and not chunks:
            chunks.append(ChatChunk("", None, usage, message.model or "", self._request_id))
        return chunks


def completion(body: bytes, headers: errors.Headers) -> ChatCompletion:
    """A whole completion. Raises OpenAIError."""
    message = _read(body, headers)
    if not message.choices or not message.choices[0].message:
        raise errors.Malformed("a completion without a choice", headers=headers, may_have_run=True)
    choice = message.choices[0]
    return ChatCompletion(
        text=choice.message.text if choice.message else "",
        finish_reason=choice.finish_reason or "stop",
        usage=_usage(message.usage),
        model=message.model or "",
        request_id=headers.get("x-request-id", ""),
    )


def _read(data: bytes, headers: errors.Headers) -> _Message:
    try:
        message = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise errors.Malformed(str(error), headers=headers, may_have_run=True) from error
    if message.error is not None:
        raise errors.from_event(data, headers)
    return message


def _usage(usage: _Usage | None) -> Usage | None:
    if usage is None:
        return None
    details = usage.prompt_tokens_details, usage.completion_tokens_details
    cached, reasoning = (detail or _Details() for detail in details)
    return Usage(
        prompt=usage.prompt_tokens or 0,
        completion=usage.completion_tokens or 0,
        cached=cached.cached_tokens or 0,
        reasoning=reasoning.reasoning_tokens or 0,
    )
