"""Up to which message everything was taken in: Discord acknowledges nothing, so after a gap we
read what is newer than this.
"""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

import discord

from bot.ports import State

log = logging.getLogger(__name__)

_KEY = "discord/seen"
_DIRECT = "discord/direct/"  # and the id of a channel in which somebody writes to Parley alone
_INTERVAL = 1.0  # seconds between writes


class Seen:
    def __init__(self, state: State) -> None:
        self._state = state
        self._highest = 0
        self._pending: dict[object, int] = {}
        self._kept = ""
        self._direct: set[int] = set()

    @property
    def value(self) -> int:
        """Every message up to this id is written down; those after it maybe."""
        return min((first - 1 for first in self._pending.values()), default=self._highest)

    async def load(self) -> None:
        """At the very first start there is nothing to catch up on."""
        self._kept = await self._state.get(_KEY) or ""
        now = discord.utils.time_snowflake(discord.utils.utcnow())
        self._highest = max(self._highest, int(self._kept or now))

    @contextmanager
    def taking(self, first: int, last: int = 0) -> Generator[None, None, None]:
        """Around the taking in of the messages from `first` on. Where it fails, they stay to be
        read again after the next start.
        """
        token = self.hold(first)
        yield
        self.release(token)
        self._highest = max(self._highest, last)

    def hold(self, first: int) -> object:
        token = object()
        self._pending[token] = first
        return token

    def release(self, token: object) -> None:
        self._pending.pop(token, None)

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await self.save()
            await asyncio.sleep(_INTERVAL)

    async def save(self) -> None:
        value = str(self.value)
        try:
            if value != self._kept:
                await self._state.put(_KEY, value)
                self._kept = value
        except Exception:  # what is not kept now is kept later, or read twice
            log.exception("the last message seen could not be written down")

    async def note_direct(self, channel: int) -> None:
        """Discord does not list the direct messages of a bot, so we remember where they are."""
        if channel not in self._direct:
            await self._state.put(f"{_DIRECT}{channel}", "")
            self._direct.add(channel)

    async def direct(self) -> list[int]:
        return [int(key.removeprefix(_DIRECT)) for key, _ in await self._state.scan(_DIRECT)]
