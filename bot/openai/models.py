"""The models that a server offers: `GET /models`. Costs nothing."""

from typing import TypeVar
from urllib.parse import quote

import msgspec

from bot.openai.errors import Malformed
from bot.openai.meter import Free
from bot.openai.transport import Answer, Call, Transport

T = TypeVar("T")


class OfferedModel(msgspec.Struct, frozen=True):
    """`shutdown_date` as the server writes it; most write none."""

    id: str
    owned_by: str | None = None
    shutdown_date: str | int | None = None


class _List(msgspec.Struct):
    data: list[OfferedModel]


class Models:
    """Every method raises OpenAIError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> list[OfferedModel]:
        answer = await self._transport.fetch(Call("GET", "models"), Free())
        return _decoded(answer, _List).data

    async def retrieve(self, id_: str) -> OfferedModel:
        path = f"models/{quote(id_, safe='')}"
        answer = await self._transport.fetch(Call("GET", path, model=id_), Free())
        return _decoded(answer, OfferedModel)


def _decoded(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(error), headers=answer.headers) from error
