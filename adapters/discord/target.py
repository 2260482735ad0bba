"""Where the posts of one delivery go: the interaction while its token lives, else the channel.

A native id here is `channel/message`: both ways need the message, one needs the channel.
"""

import logging
from typing import Any, TypeAlias

import discord

from adapters.discord.address import Address
from adapters.discord.rest import Rest
from bot.ports import Delivery

log = logging.getLogger(__name__)

Body: TypeAlias = dict[str, Any]
ORIGINAL = "0"  # the key of the post that an interaction's response becomes

_MESSAGES = "/channels/{channel_id}/messages"
_DIRECT = "/users/@me/channels"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_ENDED = {10008, 10015, 10062, 50027}  # no such response, or no such token any more
_THREAD_EXISTS = 160004
_NO_THREAD = {10008, 50001, 50013, 50024, 50068, 160005, 160006}  # deleted, not allowed, not here
_ARCHIVE_MINUTES = 1440
_LONGEST_NONCE = 25
_EPHEMERAL = 64
_FOUND_IN = 100  # messages after the question


class Target:
    def __init__(self, rest: Rest, delivery: Delivery, address: Address) -> None:
        self._rest = rest
        self._delivery = delivery
        self._address = address
        place = delivery.place
        self._private = delivery.private and bool(place.workspace)  # a direct message is private
        self._opens_thread = bool(place.thread) and place.thread == delivery.source
        self._replies = False
        self.channel = place.thread or place.channel

    async def post(self, key: str, body: Body) -> str:
        """The native id. The same key twice within some minutes is one message."""
        try:
            if key == ORIGINAL and self._responds:
                return await self._respond(body)
            if self._private and self._address.live:
                return await self._whisper(body)
        except discord.HTTPException as error:
            self._ended(error)
        await self._open()
        return await self._send(key, body)

    async def edit(self, key: str, native_id: str, body: Body) -> None:
        channel, _, message = native_id.partition("/")
        if self._address.live and (self._private or (key == ORIGINAL and self._responds)):
            path = "/messages/{message_id}"
            try:
                await self._hook("PATCH", path, message_id=message, json=body)
            except discord.HTTPException as error:
                self._ended(error)
            else:
                return
        path = _MESSAGES + "/{message_id}"
        await self._rest.call("PATCH", path, channel_id=channel, message_id=message, json=body)

    async def delete(self, native_id: str) -> None:
        channel, _, message = native_id.partition("/")
        path = _MESSAGES + "/{message_id}"
        await self._rest.call("DELETE", path, channel_id=channel, message_id=message)

    async def find(self, known: set[str | None]) -> str | None:
        """A post of this delivery whose id was never heard of, by its nonce or its buttons."""
        if self._private and self._address.live:
            return None
        await self._open()
        params = {"limit": _FOUND_IN}
        if self._delivery.source:
            params["after"] = int(self._delivery.source)
        history = await self._rest.call("GET", _MESSAGES, channel_id=self.channel, params=params)
        for message in history:
            native_id = f"{self.channel}/{message['id']}"
            if native_id not in known and self._is_ours(message):
                return native_id
        return None

    async def notice(self, key: str, body: Body, *, alone: bool) -> str:
        """Something for the asker only, where an interaction can do that. `alone`: there is no
        answer, so an open response ("thinking …") gives way to it.
        """
        try:
            if self._address.live and alone and self._responds:
                if self._address.hidden:
                    return await self._respond(body)
                await self._hook("DELETE", "/messages/@original")
            if self._address.live:
                return await self._whisper(body)
        except discord.HTTPException as error:
            self._ended(error)
        await self._open()
        return await self._send(key, body)

    @property
    def whispers(self) -> bool:
        """Notices are for the asker alone, and cannot be looked up."""
        return self._address.live

    @property
    def _responds(self) -> bool:
        return self._address.live and self._address.kind == "slash"

    def _ended(self, error: discord.HTTPException) -> None:
        """From now on without the interaction, if that is what is wrong."""
        if error.code not in _ENDED:
            raise error
        log.info("an interaction ended before its answer: %s", error)
        self._address = Address(title=self._address.title)

    async def _respond(self, body: Body) -> str:
        message = await self._hook("PATCH", "/messages/@original", json=body)
        return f"{message['channel_id']}/{message['id']}"

    async def _whisper(self, body: Body) -> str:
        """At most once: Discord knows no nonce here."""
        message = await self._hook(
            "POST", "", once=True, params={"wait": "true"}, json=body | {"flags": _EPHEMERAL}
        )
        return f"{message['channel_id']}/{message['id']}"

    async def _hook(self, method: str, path: str, **request: Any) -> Any:
        request["webhook_id"] = self._address.application
        request["webhook_token"] = self._address.token
        return await self._rest.call(method, _HOOK + path, **request)

    async def _send(self, key: str, body: Body) -> str:
        nonce = f"{self._delivery.nonce}:{key}"[:_LONGEST_NONCE]
        body = body | {"nonce": nonce, "enforce_nonce": True}
        if self._replies:
            question = {"message_id": self._delivery.source, "fail_if_not_exists": False}
            body["message_reference"] = question
        message = await self._rest.call("POST", _MESSAGES, channel_id=self.channel, json=body)
        return f"{message['channel_id']}/{message['id']}"

    async def _open(self) -> None:
        """The channel that is posted in: for a private answer, the asker's direct messages."""
        if self._private:
            self._private = False
            asker = self._delivery.author.id.removeprefix("discord:")
            opened = await self._rest.call("POST", _DIRECT, json={"recipient_id": asker})
            self.channel = opened["id"]
        elif self._opens_thread:
            self._opens_thread = False
            await self._open_thread()

    async def _open_thread(self) -> None:
        """Where no thread can be, the answer is a reply in the channel."""
        place = self._delivery.place
        name = self._address.title or "Parley"
        try:
            await self._rest.call(
                "POST",
                _MESSAGES + "/{message_id}/threads",
                channel_id=place.channel,
                message_id=place.thread,
                json={"name": name, "auto_archive_duration": _ARCHIVE_MINUTES},
            )
        except discord.HTTPException as error:
            if error.code == _THREAD_EXISTS:
                return
            if error.code not in _NO_THREAD:
                raise
            log.info("no thread, so a reply in the channel: %s", error)
            self.channel, self._replies = place.channel, True

    def _is_ours(self, message: Body) -> bool:
        if int(message["author"]["id"]) != self._rest.me:
            return False
        nonce = str(message.get("nonce") or "")
        buttons = (b for row in message.get("components", ()) for b in row.get("components", ()))
        ids = (str(b.get("custom_id", "")) for b in buttons)
        shown = any(custom_id.endswith(f":{self._delivery.id}") for custom_id in ids)
        return shown or nonce.startswith(self._delivery.nonce)
