"""The models that a server offers: `GET /models`. Costs nothing."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from bot.openai.calls import Call
from bot.openai.meter import Free
from bot.openai.transport import Transport
from bot.openai.wire import reader


class OfferedModel(msgspec.Struct, frozen=True):
    """`shutdown_date` as the server writes it; most write none."""

    id: str
    created: float | None = None  # UTC seconds
    owned_by: str | None = None
    shutdown_date: str | float | None = None
    object: Any = None

    @property
    def retires(self) -> date | None:
        """What can be read of it."""
        told = self.shutdown_date
        try:
            if isinstance(told, str):
                return date.fromisoformat(told[:10])
            return None if told is None else datetime.fromtimestamp(told, UTC).date()
        except (ValueError, OverflowError, OSError):
            return None


class _List(msgspec.Struct):
    data: list[OfferedModel]
    object: Any = None


_one, _list = reader(OfferedModel, "model"), reader(_List, "list")


class Models:
    """Every method raises OpenAIError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> list[OfferedModel]:
        return (await self._transport.fetch(Call("GET", "models"), Free(), _list)).data

    async def retrieve(self, id_: str) -> OfferedModel:
        path = f"models/{quote(id_, safe='')}"
        return await self._transport.fetch(Call("GET", path, model=id_), Free(), _one)
