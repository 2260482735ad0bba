"""What is asked of a chat model, and what it answers."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from bot.openai.chat_parts import Part
from bot.openai.chat_tools import ToolCall, ToolCallDelta
from bot.openai.usage import Usage


class ChatMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | tuple[Part, ...] | None
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()  # of an assistant's message
    tool_call_id: str | None = None  # of a tool's message: which call it answers


class ChatRequest(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={"max_output_tokens": "max_tokens"},
):
    """What is asked. None is not sent. `max_output_tokens` goes by the name that the model wants;
    `extra` is sent as it is (a new parameter, one of another server's).
    """

    model: str
    messages: Sequence[ChatMessage]
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    stop: str | tuple[str, ...] | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    user: str | None = None  # see person.py
    response_format: dict[str, Any] | None = None  # see chat_tools.py
    seed: int | None = None
    tools: tuple[dict[str, Any], ...] | None = None  # see chat_tools.py
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    service_tier: str | None = None
    prompt_cache_key: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    extra: dict[str, Any] = {}


class Logprob(msgspec.Struct, frozen=True):
    """Of one token of an answer; `top_logprobs` are those that it could have been."""

    token: str
    logprob: float
    bytes: list[int] | None = None
    top_logprobs: "list[Logprob] | None" = None


class Facts(msgspec.Struct, frozen=True):
    """What the provider knows an answer by, as far as it tells. The same seed can give the same
    answer where the fingerprint is the same.
    """

    id: str = ""
    created: float = 0.0  # UTC seconds
    system_fingerprint: str = ""
    service_tier: str = ""  # by which it was answered, and is charged


UNTOLD = Facts()


class ChatChunk(msgspec.Struct, frozen=True):
    """A piece of a streamed answer. The last has `usage`, if the server gives one."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str = ""  # as the server names it
    request_id: str = ""
    index: int = 0  # of the choice, where n > 1
    tool_calls: Sequence[ToolCallDelta] = ()
    logprobs: Sequence[Logprob] = ()
    refused: bool = False  # `text` says why the model will not
    facts: Facts = UNTOLD


class Choice(msgspec.Struct, frozen=True):
    text: str
    finish_reason: str
    tool_calls: Sequence[ToolCall] = ()
    logprobs: Sequence[Logprob] = ()
    refused: bool = False


class ChatCompletion(msgspec.Struct, frozen=True):
    """`text`, `finish_reason` and `tool_calls` are those of the first choice."""

    text: str
    finish_reason: str
    usage: Usage | None
    model: str
    request_id: str
    tool_calls: Sequence[ToolCall] = ()
    choices: Sequence[Choice] = ()
    facts: Facts = UNTOLD
