"""A chat request in the parameters that its model and its server know."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from bot.openai.catalogue import Model
from bot.openai.chat_types import ChatRequest
from bot.openai.errors import BadRequest

_SAMPLING = ("temperature", "top_p")
# What a server may refuse by name: another name for it, or None where we can do without.
_OTHERWISE = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
    "stream_options": None,
}
_UNKNOWN = re.compile(
    "unsupported|not supported|unrecognized|unknown|unexpected|not permitted", re.IGNORECASE
)


def parameters(request: ChatRequest, model: Model) -> dict[str, Any]:
    """As this model wants them, by the catalogue."""
    fields: dict[str, Any] = msgspec.to_builtins(request)
    extra: dict[str, Any] = fields.pop("extra", {})
    if model.effort:
        fields.setdefault("reasoning_effort", model.effort)
    left_out = set(model.refuses)
    if model.reasoning and fields.get("reasoning_effort") != "none":
        left_out.update(_SAMPLING)
    named = {model.renames.get(k, k): v for k, v in fields.items() if k not in left_out}
    return named | extra


def adapted(fields: Mapping[str, Any], refused: Collection[str]) -> dict[str, Any]:
    """Without the parameters that this model's server has refused."""
    named = {name: _OTHERWISE.get(name) if name in refused else name for name in fields}
    return {name: fields[asked] for asked, name in named.items() if name}


def refused_name(error: BadRequest, sent: Collection[str], refused: Collection[str]) -> str:
    """The parameter that this error refuses and that we can send otherwise; else ""."""
    if not _UNKNOWN.search(str(error)):
        return ""
    named = (name for name in _OTHERWISE if name in sent and name not in refused)
    return next((name for name in named if _names(error, name)), "")


def _names(error: BadRequest, name: str) -> bool:
    if error.param:
        return error.param == name
    return name in str(error)


def encoded(fields: Mapping[str, Any]) -> bytes:
    """As JSON. An unpaired surrogate cannot be UTF-8: a question mark goes in its place."""
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError:
        return json.dumps(fields, ensure_ascii=False).encode(errors="replace")
