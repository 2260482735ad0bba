"""The way into a channel with Parley's own rights: a thread, a reply, a message, or the asker's
direct messages.
"""

import logging
from collections.abc import Sequence
from typing import Any

import discord
import msgspec

from adapters.discord.address import Address
from adapters.discord.posts import Body, native_id
from adapters.discord.refusals import ARCHIVED, NO_HISTORY, UNKNOWN_CHANNEL, sentence
from adapters.discord.rest import Rest
from adapters.discord.threads import open_thread, unarchive
from adapters.discord.uploads import Upload
from adapters.discord.voice import waveform
from bot.parts import Voice
from bot.ports import FIRST, Delivery

log = logging.getLogger(__name__)

_CHANNEL = "/channels/{channel_id}"
_MESSAGES = _CHANNEL + "/messages"
_MESSAGE = _MESSAGES + "/{message_id}"
_DIRECT = "/users/@me/channels"
_LONGEST_NONCE = 25
_FOUND_IN = 100  # messages after the question


class Channel:
    """`id` is where the posts go, as far as it is known before the first of them."""

    def __init__(self, rest: Rest, delivery: Delivery, address: Address, *, direct: bool) -> None:
        self._rest = rest
        self._delivery = delivery
        self._title = address.title
        self._direct = direct
        place, first = delivery.place, delivery.log.known.get(FIRST)
        in_thread = address.mode == "thread" and bool(place.thread)
        self.id = place.thread if in_thread else place.channel
        if first and not direct:
            self.id = first.partition("/")[0]
        self._threads = in_thread and not first and place.thread == delivery.source
        # What Parley says by itself knows its place, not whether a thread or a root names it.
        self._asks = in_thread and not (first or delivery.address or self._threads)
        self._replies = address.mode == "reply"
        flat = delivery.flat or address.mode == "channel"
        plain = direct or address.outside or flat or place.thread
        self._roots = bool(place.workspace) and not plain
        self.begun(first or "")

    def begun(self, first: str) -> None:
        """The first post of a command's answer is the root of a conversation."""
        if first and self._roots:
            self._roots, self._replies = False, True
            root = first.rpartition("/")[2]
            self._delivery.place = msgspec.structs.replace(self._delivery.place, thread=root)

    async def post(self, key: str, body: Body, files: Sequence[Upload]) -> Body:
        """The same key twice within some minutes is one message."""
        await self._open()
        nonce = f"{self._delivery.nonce}:{key}"[:_LONGEST_NONCE]
        body = body | {"nonce": nonce, "enforce_nonce": True}
        question = self._delivery.source or self._delivery.place.thread
        if self._replies and question:
            reference = {"message_id": question, "fail_if_not_exists": False}
            try:
                return await self._say(body | {"message_reference": reference}, files)
            except discord.HTTPException as error:
                if error.code != NO_HISTORY and "message_reference" not in error.text:
                    raise
                log.warning("no reply, so a message (%s): %s", sentence(NO_HISTORY), error)
                self._replies = False
        return await self._say(body, files)

    async def edit(self, post: str, body: Body, files: Sequence[Upload]) -> Body:
        now: Body = await self._change("PATCH", post, json=body, files=files)
        return now

    async def delete(self, post: str) -> None:
        await self._change("DELETE", post)

    async def find(self, known: set[str | None], voice: Voice | None) -> str | None:
        """A post of this delivery whose id was never heard of, by its nonce or its buttons; a
        voice message by what it holds.
        """
        await self._open()
        params = {"limit": _FOUND_IN}
        if self._delivery.source:
            params["after"] = int(self._delivery.source)
        try:
            history = await self._rest.call("GET", _MESSAGES, channel_id=self.id, params=params)
        except discord.Forbidden as error:
            log.info("what was posted in %s cannot be looked up: %s", self.id, error)
            return None
        found = (native_id(message) for message in history if self._is_ours(message, voice))
        return next((post for post in found if post not in known), None)

    def _is_ours(self, message: Body, voice: Voice | None) -> bool:
        if int(message["author"]["id"]) != self._rest.me:
            return False
        if voice:
            files = message.get("attachments", ())
            return any(file.get("waveform") == waveform(voice) for file in files)
        nonce = str(message.get("nonce") or "")
        buttons = (b for row in message.get("components", ()) for b in row.get("components", ()))
        ids = (str(b.get("custom_id", "")) for b in buttons)
        shown = any(custom_id.endswith(f":{self._delivery.id}") for custom_id in ids)
        return shown or nonce.startswith(self._delivery.nonce)

    async def _open(self) -> None:
        if self._direct:
            self._direct = self._replies = False
            asker = self._delivery.author.id.removeprefix("discord:")
            opened = await self._rest.call("POST", _DIRECT, json={"recipient_id": asker})
            self.id = opened["id"]
        elif self._asks:
            self._asks = False
            if not await self._is_there(self.id):
                self.id, self._replies = self._delivery.place.channel, True
        elif self._threads:
            self._threads = False
            place = self._delivery.place
            if not await open_thread(self._rest, place, self._title):
                self.id, self._replies = place.channel, True

    async def _is_there(self, channel: str) -> bool:
        try:
            await self._rest.call("GET", _CHANNEL, channel_id=channel)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            return False
        return True

    async def _say(self, body: Body, files: Sequence[Upload]) -> Body:
        message: Body = await self._rest.call(
            "POST", _MESSAGES, channel_id=self.id, json=body, files=files
        )
        return message

    async def _change(self, method: str, post: str, **request: Any) -> Any:
        channel, _, message = post.partition("/")
        request |= {"channel_id": channel, "message_id": message}
        try:
            return await self._rest.call(method, _MESSAGE, **request)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
        await unarchive(self._rest, channel)
        return await self._rest.call(method, _MESSAGE, **request)
