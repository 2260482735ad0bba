"""All that people write, change and delete, through one door."""

import asyncio
import logging
import time
from collections import OrderedDict
from itertools import chain, repeat

import discord

from adapters.discord import receive
from adapters.discord.places import Channel, Places
from adapters.discord.seen import Seen
from bot.errors import NotAccepted
from bot.events import Deleted, Edited, Event, Message
from bot.ports import Accept

log = logging.getLogger(__name__)

_PAUSES = (1, 2, 5, 10)  # seconds between attempts to write a message down
_LAST_PAUSE = 30
_FRESH = 600.0  # seconds; what was edited longer ago is pinned now, or shows a link
_REMEMBERED = 1000  # messages


class Intake:
    def __init__(self, accept: Accept, places: Places, seen: Seen, me: int) -> None:
        self._accept = accept
        self._places = places
        self._seen = seen
        self._me = me
        self._said: OrderedDict[int, int] = OrderedDict()  # message -> hash of what it says

    async def message(self, native: discord.Message) -> Message | None:
        if native.guild is None:
            await self._seen.note_direct(native.channel.id)
        return await self._read(native)

    async def edited(self, native: discord.Message) -> Edited | None:
        version = receive.version(native)
        if not version or native.edited_at is None:
            return None
        if time.time() - native.edited_at.timestamp() > _FRESH:
            return None
        before = self._said.get(native.id)
        now = await self._read(native)
        if now is None or before == self._said[native.id]:
            return None
        return receive.edited(now, version)

    async def deleted(self, message: int, guild: discord.Guild | None, channel: Channel) -> Deleted:
        self._said.pop(message, None)
        place = await self._places.of_deleted(guild, channel, str(message))
        return receive.deleted(message, place, time.time())

    async def put(self, event: Event) -> None:
        """Discord delivers a message once, so what cannot be written down is tried again."""
        for pause in chain(_PAUSES, repeat(_LAST_PAUSE)):
            try:
                await self._accept(event)
            except NotAccepted as error:
                log.error("%s could not be written down, again in %s s: %s", event.id, pause, error)
                await asyncio.sleep(pause)
            else:
                return

    async def _read(self, native: discord.Message) -> Message | None:
        said = await receive.message(native, await _channel(native), self._places, self._me)
        if said:
            files = tuple(file.id for file in native.attachments)
            self._said[native.id] = hash((said.text, said.addressed, files))
            if len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
        return said


async def _channel(native: discord.Message) -> Channel:
    """Where it was written. Discord did not tell us of a thread that was archived until now."""
    if native.guild and isinstance(native.channel, discord.PartialMessageable):
        return await native.guild.fetch_channel(native.channel.id)
    return native.channel
