"""Up to which message everything was taken in: Discord acknowledges nothing, so after a gap we
read what is newer than this.
"""

import asyncio
import logging
from collections.abc import Generator, Hashable
from contextlib import contextmanager

import discord

from bot.ports import State

log = logging.getLogger(__name__)

_KEY = "discord/seen"  # and, where several processes share the work, whose it is
_DIRECT = "discord/direct/"  # and the id of a channel in which somebody writes to Parley alone
_INTERVAL = 1.0  # seconds between writes


class Seen:
    def __init__(self, state: State, share: str = "") -> None:
        self._state = state
        self._key = f"{_KEY}{share}"
        self._highest = 0
        self._pending: dict[Hashable, int] = {}
        self._kept = ""
        self._direct: set[int] = set()

    @property
    def value(self) -> int:
        """Every message up to this id is written down; those after it maybe."""
        return min((first - 1 for first in self._pending.values()), default=self._highest)

    @property
    def direct(self) -> frozenset[int]:
        """The channels in which somebody wrote to Parley alone."""
        return frozenset(self._direct)

    async def load(self) -> None:
        """At the very first start there is nothing to catch up on. Where the work is shared out
        anew, each begins where the last of them was.
        """
        kept = dict(await self._state.scan(_KEY))
        self._kept = kept.get(self._key, "")
        now = str(discord.utils.time_snowflake(discord.utils.utcnow()))
        last = self._kept or min(kept.values(), key=int, default=now)
        self._highest = max(self._highest, int(last))
        direct = await self._state.scan(_DIRECT)
        self._direct = {int(key.removeprefix(_DIRECT)) for key, _ in direct}

    @contextmanager
    def taking(self, message: int) -> Generator[None, None, None]:
        """Around the taking in of a message. Where it fails, it stays to be read again after the
        next start.
        """
        self.hold(message, message)
        yield
        self.release(message)
        self._highest = max(self._highest, message)

    def hold(self, what: Hashable, first: int) -> None:
        """What begins with this message is not taken in yet."""
        self._pending[what] = min(first, self._pending.get(what, first))

    def release(self, what: Hashable) -> None:
        self._pending.pop(what, None)

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await self.save()
            await asyncio.sleep(_INTERVAL)

    async def save(self) -> None:
        value = str(self.value)
        try:
            if value != self._kept:
                await self._state.put(self._key, value)
                self._kept = value
        except Exception:  # what is not kept now is kept later, or read twice
            log.exception("the last message seen could not be written down")

    async def note_direct(self, channel: int) -> None:
        """Discord does not list the direct messages of a bot, so we remember where they are."""
        if channel not in self._direct:
            await self._state.put(f"{_DIRECT}{channel}", "")
            self._direct.add(channel)
