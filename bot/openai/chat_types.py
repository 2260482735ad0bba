"""What is asked of a chat model, and what it answers."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec


class ChatMessage(msgspec.Struct, frozen=True):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str


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
    user: str | None = None
    response_format: dict[str, Any] | None = None
    seed: int | None = None
    tools: tuple[dict[str, Any], ...] | None = None
    tool_choice: str | dict[str, Any] | None = None
    reasoning_effort: str | None = None
    extra: dict[str, Any] = {}


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the API counted them. `cached` is part of `prompt`, `reasoning` of `completion`."""

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0


class ChatChunk(msgspec.Struct, frozen=True):
    """A piece of a streamed answer. The last has `usage`, if the server gives one."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str = ""  # as the server names it
    request_id: str = ""
    index: int = 0  # of the choice, where n > 1


class ChatCompletion(msgspec.Struct, frozen=True):
    text: str
    finish_reason: str
    usage: Usage | None
    model: str
    request_id: str
