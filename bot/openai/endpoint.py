"""What the endpoints that take a model have in common: a request is checked by the catalogue, and
sent in the parameters that the model and its server know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from bot.openai.calls import Call
from bot.openai.catalogue import Catalogue, Model
from bot.openai.catalogue_check import check
from bot.openai.meter import Meter
from bot.openai.parameters import Adapting, Fields, encoded, parameters
from bot.openai.stream import Stream
from bot.openai.transport import Answer, Transport
from bot.openai.uploads import Form, Upload

T = TypeVar("T")
_PERSON = {"safety_identifier": "user", "user": None}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, by the API's names; None is not sent. `extra` is sent as it is (a new
    parameter, one of another server's).
    """

    model: str
    user: str | None = None  # see person.py; sent where the API takes it
    extra: dict[str, Any] = {}


@dataclass
class Endpoint:
    """Every method raises WrongValue and OpenAIError."""

    transport: Transport
    catalogue: Catalogue
    path: str
    capability: str
    otherwise: Mapping[str, str | None] = field(default_factory=dict)  # see Adapting
    unsent: frozenset[str] = frozenset()  # fields that are for us
    patience: float = 1.0

    def __post_init__(self) -> None:
        self._adapting = Adapting({**_PERSON, **self.otherwise})

    def model(self, request: Request) -> Model:
        return self.catalogue.model(request.model, self.capability)

    async def fetch(
        self, request: Request, meter: Meter, read: Callable[[Answer], T], **more: Any
    ) -> T:
        """`more`: fields beside those of the request, or instead of them."""
        return await self._adapting.ask(
            request.model,
            self._fields(request, more),
            lambda fields: self.transport.fetch(self._call(request, fields), meter, read),
        )

    async def open(self, request: Request, meter: Meter, **more: Any) -> Stream:
        return await self._adapting.ask(
            request.model,
            self._fields(request, more),
            lambda fields: self.transport.open(self._call(request, fields), meter),
        )

    def _fields(self, request: Request, more: dict[str, Any]) -> Fields:
        model, fields = self.model(request), msgspec.structs.asdict(request) | more
        check(self.catalogue, model, self.path, fields)
        return parameters({k: v for k, v in fields.items() if k not in self.unsent}, model)

    def _call(self, request: Request, fields: Fields) -> Call:
        pictures = self.capability == "images"
        return Call(
            "POST",
            self.path,
            _body(fields),
            request.model,
            person=request.user or "",
            images=fields.get("n") or 1 if pictures else 0,
            patience=self.patience,
        )


def _body(fields: Fields) -> bytes | Form:
    flat = [entry for name, value in fields.items() for entry in flattened(name, value)]
    return Form(flat) if any(isinstance(v, Upload) for _, v in flat) else encoded(fields)


def flattened(name: str, value: Any) -> list[tuple[str, str | Upload]]:
    """As fields of a form, lists and tables in brackets: `include[]`, `expires_after[seconds]`."""
    if isinstance(value, tuple | list):
        return [entry for one in value for entry in flattened(f"{name}[]", one)]
    if isinstance(value, Mapping):
        return [e for key, one in value.items() for e in flattened(f"{name}[{key}]", one)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, value if isinstance(value, Upload) else str(value))]
