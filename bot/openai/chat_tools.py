"""Functions that a model may call, and answers in JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

JSON_OBJECT: dict[str, Any] = {"type": "json_object"}


def json_schema(name: str, schema: Mapping[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """A `response_format`."""
    return {
        "type": "json_schema",
        "json_schema": {"name": name, "schema": schema, "strict": strict},
    }


def function(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One of `tools`; `parameters` is a JSON schema."""
    facts = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": facts}


def choose(name: str) -> dict[str, Any]:
    """A `tool_choice`: this function and no other."""
    return {"type": "function", "function": {"name": name}}


class _Function(msgspec.Struct, frozen=True):
    name: str = ""
    arguments: str = ""  # JSON, as the model wrote it: it may be wrong


class ToolCall(msgspec.Struct, frozen=True):
    """What the model wants called; it goes back as it came. `custom` is a tool that takes text."""

    id: str
    type: str = "function"
    function: _Function | UnsetType = UNSET
    custom: Any = UNSET

    @property
    def name(self) -> str:
        return self.function.name if isinstance(self.function, _Function) else ""

    @property
    def arguments(self) -> str:
        return self.function.arguments if isinstance(self.function, _Function) else ""


class ToolCallDelta(msgspec.Struct, frozen=True):
    """A piece of a call: id and name come once, the arguments in pieces."""

    index: int = 0
    id: str = ""
    name: str = ""
    arguments: str = ""


class ToolCalls:
    """Calls as their pieces come, of one choice."""

    def __init__(self) -> None:
        self._pieces: dict[int, list[ToolCallDelta]] = {}

    def hear(self, deltas: Sequence[ToolCallDelta]) -> None:
        for delta in deltas:
            self._pieces.setdefault(delta.index, []).append(delta)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(_joined(self._pieces[index]) for index in sorted(self._pieces))


def _joined(pieces: Sequence[ToolCallDelta]) -> ToolCall:
    """Some servers repeat id and name in every piece."""
    id_ = next((piece.id for piece in pieces if piece.id), "")
    name = next((piece.name for piece in pieces if piece.name), "")
    return ToolCall(id_, function=_Function(name, "".join(piece.arguments for piece in pieces)))
