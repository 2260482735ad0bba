"""What a client may ask of `/v1/chat/completions`, checked, with OpenAI's words when it may not."""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from sandbox.errors import APIError
from sandbox.smollm import CONTEXT

Count = Annotated[int, Meta(ge=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]


class TextPart(Struct):
    type: Literal["text"]
    text: str


class ChatMessage(Struct):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]

    def plain(self) -> dict[str, str]:
        whole = self.content
        text = whole if isinstance(whole, str) else "".join(part.text for part in whole)
        return {"role": "system" if self.role == "developer" else self.role, "content": text}


class StreamOptions(Struct):
    include_usage: bool = False


class ChatRequest(Struct, forbid_unknown_fields=True):
    model: str
    messages: Annotated[list[ChatMessage], Meta(min_length=1)]
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
    n: Literal[1] | None = None
    # Taken and of no effect: they concern an account, which the sandbox has not.
    user: Any | UnsetType = UNSET
    metadata: Any | UnsetType = UNSET
    store: Any | UnsetType = UNSET
    safety_identifier: Any | UnsetType = UNSET
    prompt_cache_key: Any | UnsetType = UNSET
    service_tier: Any | UnsetType = UNSET

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    def for_engine(self) -> dict[str, Any]:
        """The request to llama.cpp. Without a temperature it is low: so small a model wanders."""
        wanted = {
            "temperature": 0.2 if self.temperature is None else self.temperature,
            "top_p": 0.9 if self.top_p is None else self.top_p,  # both from the model's card
            "max_tokens": self.max_completion_tokens or self.max_tokens,
            "frequency_penalty": self.frequency_penalty,
            "presence_penalty": self.presence_penalty,
            "stop": self.stop,
            "seed": self.seed,
        }
        return {key: value for key, value in wanted.items() if value is not None} | {
            "messages": [message.plain() for message in self.messages],
            "dry_multiplier": 0.8,  # else it repeats a sentence until the cap
            "dry_allowed_length": 4,
            "cache_prompt": self.seed is None,  # a half-read prompt rounds differently
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,  # a chunk a batch, so that a client's leaving is noticed
        }


def chat_request(body: bytes) -> ChatRequest:
    """Raises APIError 400, with the parameter."""
    try:
        request = msgspec.json.decode(body, type=ChatRequest)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise APIError(400, "We could not parse the JSON body of your request.") from None
    _check_cap(request)
    return request


def _check_cap(request: ChatRequest) -> None:
    for param in ("max_tokens", "max_completion_tokens"):
        cap = getattr(request, param)
        if cap is not None and cap > CONTEXT:
            text = (
                f"{param} is too large: {cap}. This model supports at most {CONTEXT} completion "
                f"tokens, whereas you provided {cap}."
            )
            raise APIError(400, text, param=param, code="invalid_value")


def _invalid(said: str) -> APIError:
    """What msgspec said ("Expected `float` <= 2.0 - at `$.temperature`") in OpenAI's words."""
    what, _, where = said.partition(" - at ")
    path = where.strip("`").removeprefix("$").removeprefix(".")
    name = re.search(r"(?:missing required|unknown) field `(\w+)`", what)
    param = ".".join(filter(None, (path, name[1] if name else "")))
    if name and "missing" in what:
        text = f"Missing required parameter: '{param}'."
        return APIError(400, text, param=param, code="missing_required_parameter")
    if name:
        text = f"Unsupported parameter: '{param}' is not supported with this model."
        return APIError(400, text, param=param, code="unsupported_parameter")
    if not param:
        return APIError(400, f"Invalid request: {what}.")
    return APIError(400, f"Invalid '{param}': {what}.", param=param, code="invalid_value")
