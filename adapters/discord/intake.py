"""All that people do on Discord, through one door: written down, then acknowledged."""

import asyncio
import logging
from itertools import chain, repeat

import discord

from adapters.discord import address, receive
from adapters.discord.responses import Responses
from adapters.discord.seen import Seen
from bot.commands import Commands
from bot.errors import NotAccepted
from bot.events import Event
from bot.ports import Accept

log = logging.getLogger(__name__)

_PAUSES = (1, 2, 5, 10)  # seconds between attempts to write a message down
_LAST_PAUSE = 30


class Intake:
    def __init__(
        self, accept: Accept, commands: Commands, responses: Responses, seen: Seen, me: int
    ) -> None:
        self._accept = accept
        self._commands = commands
        self._responses = responses
        self._seen = seen
        self._me = me

    async def message(self, native: discord.Message) -> None:
        with self._seen.taking(native.id, native.id):
            if native.guild is None:
                await self._seen.note_direct(native.channel.id)
            event = receive.message(native, await _channel(native), self._me)
            if event:
                await self._accept_at_last(event)

    async def interaction(self, native: discord.Interaction) -> None:
        event: Event | None = None
        if native.type is discord.InteractionType.application_command:
            event = receive.slash(native, self._commands)
        elif native.type is discord.InteractionType.component:
            event = receive.button(native)
        if event is None:
            return
        hidden = address.read(event.address).hidden
        with self._responses.under_way(native.token):
            try:
                await self._accept(event)
            except NotAccepted as error:  # Discord tells the person that nobody answered
                log.error("an interaction could not be written down: %s", error)
            else:
                await self._responses.acknowledge(native, hidden=hidden)

    async def _accept_at_last(self, event: Event) -> None:
        """Discord delivers a message once, so what cannot be written down is tried again."""
        for pause in chain(_PAUSES, repeat(_LAST_PAUSE)):
            try:
                await self._accept(event)
            except NotAccepted as error:
                log.error("%s could not be written down, again in %s s: %s", event.id, pause, error)
                await asyncio.sleep(pause)
            else:
                return


async def _channel(native: discord.Message) -> receive.Channel:
    """Where it was written. Discord did not tell us of a thread that was archived until now."""
    if native.guild and isinstance(native.channel, discord.PartialMessageable):
        return await native.guild.fetch_channel(native.channel.id)
    return native.channel
