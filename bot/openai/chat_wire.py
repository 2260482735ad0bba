"""Chat completions as servers write them: read leniently, unknown fields ignored."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from bot.openai import error_answers, errors, sse
from bot.openai.chat_tools import ToolCall, ToolCallDelta
from bot.openai.chat_types import UNTOLD, ChatChunk, ChatCompletion, Choice, Facts, Logprob
from bot.openai.stream import Answer
from bot.openai.usage import Usage, WireUsage, used
from bot.openai.wire import UNREADABLE, of_kind


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Piece(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Said(msgspec.Struct):
    """`function_call` is a tool call as it was in 2023, without an id."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Piece] | None = None
    function_call: _Function | None = None

    @property
    def text(self) -> str:
        return self.content or self.refusal or ""


class _Whole(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None
    function_call: _Function | None = None


class _Logprobs(msgspec.Struct):
    content: list[Logprob] | None = None


class _Choice(msgspec.Struct):
    index: int | None = None
    delta: _Said | None = None
    message: _Whole | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Message(msgspec.Struct):
    """A chunk, a whole completion, or an error in the place of either."""

    choices: list[_Choice] | None = None
    usage: WireUsage | None = None
    model: str | None = None
    error: Any = None
    object: Any = None
    id: Any = None
    created: Any = None
    system_fingerprint: Any = None
    service_tier: Any = None


KIND = "chat.completion"
OLD = "function_call"  # the id of a call that came without
_LONGEST = 100  # characters
_decode = msgspec.json.Decoder(_Message).decode


class ChunkReader:
    """The chunks of one stream. `finished` once the answer is whole, `done` after [DONE]."""

    def __init__(self, headers: errors.Headers) -> None:
        self.finished = False
        self.done = False
        self.usage: Usage | None = None
        self._facts: Facts | None = None
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
                raise error_answers.from_event(event.data, self._headers)
            yield from self._chunks(_read(event.data, self._headers))

    def _chunks(self, message: _Message) -> Iterable[ChatChunk]:
        usage = used(message.usage)
        self.usage = usage or self.usage
        facts = self._told(message)
        chunks = []
        for choice in message.choices or ():
            said = choice.delta or _NOTHING
            text = said.text
            if choice.finish_reason:
                self.finished = True
            if text or choice.finish_reason or said.tool_calls or said.function_call:
                chunks.append(ChatChunk(text, choice.finish_reason, usage, message.model or "",
                                        self._request_id, choice.index or 0,
                                        _deltas(said), _logprobs(choice.logprobs),
                                        bool(said.refusal), facts))  # fmt: skip
        if usage and not chunks:
            chunks.append(ChatChunk("", None, usage, message.model or "", self._request_id,
                                    facts=facts))  # fmt: skip
        return chunks

    def _told(self, message: _Message) -> Facts:
        """By the first chunk, and by the last, where a server may be surer of it."""
        if self._facts is None:
            of_kind(message.object, KIND, self._headers)
            self._facts = _facts(message)
        elif message.usage:
            self._facts = _facts(message, self._facts)
        return self._facts


_NOTHING = _Said()


def completion(answer: Answer) -> ChatCompletion:
    """A whole completion. Raises OpenAIError."""
    message = _read(answer.body, answer.headers)
    of_kind(message.object, KIND, answer.headers)
    choices = [_choice(choice) for choice in message.choices or () if choice.message]
    if not choices:
        raise errors.Malformed(
            "a completion without a choice", headers=answer.headers, may_have_run=True
        )
    first = choices[0]
    return ChatCompletion(
        text=first.text,
        finish_reason=first.finish_reason,
        usage=used(message.usage),
        model=message.model or "",
        request_id=answer.headers.get("x-request-id", ""),
        tool_calls=first.tool_calls,
        choices=tuple(choices),
        facts=_facts(message),
    )


def _choice(choice: _Choice) -> Choice:
    said = choice.message or _Whole()
    return Choice(
        text=said.content or said.refusal or "",
        finish_reason=choice.finish_reason or "stop",
        tool_calls=tuple(said.tool_calls or _called(said.function_call)),
        logprobs=_logprobs(choice.logprobs),
        refused=bool(said.refusal),
    )


def _facts(message: _Message, before: Facts = UNTOLD) -> Facts:
    created = message.created if isinstance(message.created, int | float) else before.created
    return Facts(
        _word(message.id) or before.id,
        created,
        _word(message.system_fingerprint) or before.system_fingerprint,
        _word(message.service_tier) or before.service_tier,
    )


def _word(said: Any) -> str:
    """What is shown to people, of a server that may write anything there."""
    return "".join(c for c in said if c.isprintable())[:_LONGEST] if isinstance(said, str) else ""


def _called(function: _Function | None) -> Sequence[ToolCall]:
    """What is answered to it names it, so it needs an id."""
    if function is None:
        return ()
    called = {"name": function.name or "", "arguments": function.arguments or ""}
    return (msgspec.convert({"id": OLD, "function": called}, ToolCall),)


def _deltas(said: _Said) -> Sequence[ToolCallDelta]:
    if (old := said.function_call) and not said.tool_calls:
        return (ToolCallDelta(0, OLD, old.name or "", old.arguments or ""),)
    if not (pieces := said.tool_calls):
        return ()
    return tuple(
        ToolCallDelta(piece.index or 0, piece.id or "",
                      (piece.function and piece.function.name) or "",
                      (piece.function and piece.function.arguments) or "")
        for piece in pieces
    )  # fmt: skip


def _logprobs(told: _Logprobs | None) -> Sequence[Logprob]:
    return tuple(told.content or ()) if told else ()


def _read(data: bytes, headers: errors.Headers) -> _Message:
    try:
        message = _decode(data)
    except UNREADABLE as error:
        raise errors.Malformed(str(error), headers=headers, may_have_run=True) from error
    if message.error:
        raise error_answers.from_event(data, headers)
    return message
