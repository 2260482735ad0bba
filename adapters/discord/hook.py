"""The way back through an interaction, for as long as its token lives."""

import logging
from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.address import Address
from adapters.discord.posts import Body
from adapters.discord.refusals import ENDED
from adapters.discord.rest import Rest
from adapters.discord.uploads import Upload

log = logging.getLogger(__name__)

_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_EPHEMERAL = 64


class Hook:
    def __init__(self, rest: Rest, address: Address) -> None:
        self._rest = rest
        self._address = address
        self._over = False
        self.token = address.token

    @property
    def live(self) -> bool:
        return self._address.live and not self._over

    @property
    def responds(self) -> bool:
        """There is a response ("thinking …") to fill."""
        return self.live and self._address.kind == "slash"

    @property
    def hidden(self) -> bool:
        """The response is for the asker's eyes only."""
        return self._address.hidden

    def ended(self, error: discord.HTTPException) -> None:
        """From now on without the interaction, if that is what is wrong."""
        if error.code not in ENDED:
            raise error
        log.info("an interaction ended before its answer: %s", error)
        self._over = True

    async def respond(self, body: Body, files: Sequence[Upload]) -> Body:
        return await self.edit("@original", body, files)

    async def follow(self, body: Body, files: Sequence[Upload], *, hidden: bool) -> Body:
        """At most once: Discord knows no nonce here."""
        if hidden:
            body = body | {"flags": body.get("flags", 0) | _EPHEMERAL}
        params = {"wait": "true"}
        message: Body = await self._call(
            "POST", "", once=True, params=params, json=body, files=files
        )
        return message

    async def edit(self, message: str, body: Body, files: Sequence[Upload]) -> Body:
        path = "/messages/{message_id}"
        now: Body = await self._call("PATCH", path, message_id=message, json=body, files=files)
        return now

    async def delete(self, message: str) -> None:
        await self._call("DELETE", "/messages/{message_id}", message_id=message)

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        request["webhook_id"] = self._address.application
        request["webhook_token"] = self.token
        return await self._rest.call(method, _HOOK + path, **request)
