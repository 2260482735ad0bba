"""What may be meant, while somebody fills in a form."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

from adapters.page import receive
from adapters.page.lobby import Lobby
from adapters.page.receive import Who
from bot.commands import Choice

_PATIENCE = 3.0  # seconds; a later suggestion is worth nothing
_LONGEST = 1000  # characters
_ASKED = ("thread", "command", "option", "text")


class Suggestions:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby

    async def give(self, request: web.Request) -> web.Response:
        """GET /suggestions/{person}?channel=&thread=&command=&option=&text=&chosen=: labels and
        values. `chosen`: what the other fields hold, as JSON.
        """
        person = request.match_info["person"]
        if await self._lobby.identity.who(request, person) != person:
            return web.Response(status=HTTPStatus.FORBIDDEN, text="Log in first.")
        asked = [request.query.get(name, "")[:_LONGEST] for name in _ASKED]
        home = request.query.get("channel", "")[:_LONGEST] or person
        chosen = _chosen(request.query.get("chosen", ""))
        body = msgspec.json.encode(await self._meant(Who(person, home), *asked, chosen=chosen))
        return web.Response(body=body, content_type="application/json")

    async def _meant(self, who: Who, *asked: str, chosen: Mapping[str, str]) -> Sequence[Choice]:
        if self._lobby.suggest is None:
            return ()
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._lobby.suggest(
                    receive.typing(who, *asked)._replace(chosen=chosen)
                )
        except TimeoutError:
            return ()


def _chosen(told: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(told or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}
