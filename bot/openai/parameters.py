"""A request in the parameters that its model and its server know."""

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

import msgspec

from bot.openai.catalogue import Model
from bot.openai.errors import BadRequest

T = TypeVar("T")
Fields = dict[str, Any]
_UNKNOWN = re.compile(
    "unsupported|not supported|unrecognized|unknown|unexpected|not permitted", re.IGNORECASE
)


def parameters(fields: Fields, model: Model) -> Fields:
    """As this model wants them, by the catalogue. `extra` goes as it is."""
    extra = fields.pop("extra", None) or {}
    wanted = {name: value for name, value in fields.items() if value is not None}
    wanted = {**model.defaults, **wanted}
    named = {model.renames.get(k, k): v for k, v in wanted.items() if k not in model.refuses}
    return named | extra


def encoded(fields: Mapping[str, Any]) -> bytes:
    """As JSON. An unpaired surrogate cannot be UTF-8: a question mark goes in its place."""
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(fields)
        return json.dumps(plain, ensure_ascii=False).encode(errors="replace")


class Adapting:
    """Servers of 2023 to 2026 know different parameters: one that is refused by name is sent
    otherwise, and that is remembered for the model. `otherwise` has those that can be: the name
    that the parameter has elsewhere, or None where we can do without it.
    """

    def __init__(self, otherwise: Mapping[str, str | None]) -> None:
        self._otherwise = otherwise
        self._refused: defaultdict[str, set[str]] = defaultdict(set)

    async def ask(self, model: str, fields: Fields, send: Callable[[Fields], Awaitable[T]]) -> T:
        """Raises OpenAIError."""
        refused = self._refused[model]
        while True:
            known = frozenset(refused)  # another call may learn meanwhile
            try:
                return await send(self._adapted(fields, known))
            except BadRequest as error:
                name = self._named(error, fields, known)
                if not name:
                    raise
                refused.add(name)

    def _adapted(self, fields: Fields, refused: Collection[str]) -> Fields:
        named = {name: self._otherwise[name] if name in refused else name for name in fields}
        return {name: fields[asked] for asked, name in named.items() if name}

    def _named(self, error: BadRequest, sent: Fields, refused: Collection[str]) -> str:
        """The parameter that this error refuses and that can be sent otherwise; else ""."""
        if not _UNKNOWN.search(str(error)):
            return ""
        left = (name for name in self._otherwise if name in sent and name not in refused)
        return next((name for name in left if _names(error, name)), "")


def _names(error: BadRequest, name: str) -> bool:
    return error.param.removesuffix("[]") == name if error.param else name in str(error)
