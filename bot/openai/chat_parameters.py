"""A chat request in the parameters that its model knows."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.openai.catalogue import Model
from bot.openai.chat_types import ChatRequest
from bot.openai.parameters import parameters as named

_SAMPLING = ("temperature", "top_p")
# What a server may refuse by name, and what to send for it.
OTHERWISE = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
    "stream_options": None,
    "safety_identifier": "user",
    "user": None,
    "prompt_cache_key": None,
}


def parameters(request: ChatRequest, model: Model) -> dict[str, Any]:
    """As this model wants them, by the catalogue."""
    fields: dict[str, Any] = msgspec.to_builtins(request)
    if effort := _effort(fields, model):
        fields["reasoning_effort"] = effort
    for name in unsent(fields, model):
        del fields[name]
    return named(fields, model)


def unsent(fields: Mapping[str, Any], model: Model) -> list[str]:
    """What the model does not take together with the rest."""
    if not model.reasoning or _effort(fields, model) == "none":
        return []
    return [name for name in _SAMPLING if name in fields]


def _effort(fields: Mapping[str, Any], model: Model) -> str | None:
    if fields.get("tools") and model.tools_effort:
        return model.tools_effort
    return fields.get("reasoning_effort") or model.effort


def content(request: ChatRequest) -> dict[str, Any]:
    """The request as the catalogue checks it."""
    kinds = {
        part.kind
        for message in request.messages
        if not isinstance(message.content, str | None)
        for part in message.content
    }
    return msgspec.structs.asdict(request) | {"parts": sorted(kinds)}
