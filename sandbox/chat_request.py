"""What a client may ask of `/v1/chat/completions`, checked, with OpenAI's words when it may not."""

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sandbox.chat_messages import Message
from sandbox.errors import APIError, invalid
from sandbox.models import needs_completion_tokens
from sandbox.requests import decode

Count = Annotated[int, Meta(ge=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
Name = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class StreamOptions(Struct):
    include_usage: bool = False


class Function(Struct):
    name: Name
    description: str = ""
    parameters: dict[str, Any] = {}
    strict: bool | None = None


class Tool(Struct):
    type: Literal["function"]
    function: Function


class Named(Struct):
    name: str


class ToolChoice(Struct):
    type: Literal["function"]
    function: Named


class Schema(Struct):
    name: Name
    schema: dict[str, Any] = {}
    description: str = ""
    strict: bool | None = None


class Format(Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None


class ChatRequest(Struct, forbid_unknown_fields=True):
    model: str
    messages: Annotated[list[Message], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    seed: int | None = None
    n: Annotated[int, Meta(ge=1, le=8)] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    # Tokens are numbered as the model that answers numbers them, and SmolLM is not OpenAI's.
    logit_bias: dict[str, Annotated[float, Meta(ge=-100, le=100)]] | None = None
    response_format: Format | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ToolChoice | None = None
    parallel_tool_calls: bool | None = None  # one call at a time is what the sandbox makes
    reasoning_effort: str | None = None
    verbosity: str | None = None
    modalities: list[Literal["text"]] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    # Taken and of no effect: they concern an account, which the sandbox has not.
    metadata: Any | UnsetType = UNSET
    store: Any | UnsetType = UNSET
    prompt_cache_key: Any | UnsetType = UNSET
    prompt_cache_retention: Any | UnsetType = UNSET
    service_tier: Any | UnsetType = UNSET

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def cap(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def schema(self) -> dict[str, Any] | None:
        """What the answer must be, as JSON; None: text."""
        if self.response_format is None or self.response_format.type == "text":
            return None
        wanted = self.response_format.json_schema
        return wanted.schema if wanted else {"type": "object"}


def chat_request(body: bytes, own: str, context: int) -> ChatRequest:
    """`own`: the engine's name for itself, `context` its tokens. Raises APIError 400."""
    request = decode(body, ChatRequest)
    _check_cap(request, own, context)
    _check_format(request)
    _check_tools(request)
    if needs_completion_tokens(request.model):
        _check_reasoning(request)
    if request.top_logprobs is not None and not request.logprobs:
        raise invalid("top_logprobs", "top_logprobs needs logprobs to be true.")
    if request.stream_options and not request.stream:
        raise invalid("stream_options", "stream_options is only allowed when stream is true.")
    return request


def _check_cap(request: ChatRequest, own: str, context: int) -> None:
    for param in ("max_tokens", "max_completion_tokens"):
        cap = getattr(request, param)
        if cap is not None and cap > context and request.model == own:
            text = (
                f"{param} is too large: {cap}. This model supports at most {context} completion "
                f"tokens, whereas you provided {cap}."
            )
            raise invalid(param, text)


def _check_format(request: ChatRequest) -> None:
    wanted = request.response_format
    if wanted is None:
        return
    if wanted.type == "json_schema" and wanted.json_schema is None:
        text = "Missing required parameter: 'response_format.json_schema'."
        code = "missing_required_parameter"
        raise APIError(400, text, param="response_format.json_schema", code=code)
    said = " ".join(message.text for message in request.messages)
    if wanted.type == "json_object" and not re.search("json", said, re.IGNORECASE):
        text = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'."
        )
        raise invalid("messages", text, None)


def _check_tools(request: ChatRequest) -> None:
    choice = request.tool_choice
    if choice not in (None, "none") and not request.tools:
        text = "'tool_choice' is only allowed when 'tools' are specified."
        raise invalid("tool_choice", text, None)
    names = {tool.function.name for tool in request.tools or ()}
    if isinstance(choice, ToolChoice) and choice.function.name not in names:
        text = f"Tool choice '{choice.function.name}' not found in 'tools' parameter."
        raise invalid("tool_choice", text, None)


def _check_reasoning(request: ChatRequest) -> None:
    """What gpt-5 and later refuse."""
    if request.max_tokens is not None:
        text = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
        raise invalid("max_tokens", text, "unsupported_parameter")
    if request.reasoning_effort == "none":
        return
    for param in ("temperature", "top_p"):
        value = getattr(request, param)
        if value not in {None, 1}:
            text = (
                f"Unsupported value: '{param}' does not support {value} with this model. "
                "Only the default (1) value is supported."
            )
            raise invalid(param, text, "unsupported_value")
