"""What happens in a channel, in its order, and before it what was missed there: Discord delivers
nothing twice, but it keeps a history.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from weakref import WeakValueDictionary

import aiohttp
import discord

from adapters.discord.intake import Intake
from adapters.discord.seen import Seen
from bot.events import Event

log = logging.getLogger(__name__)

_MARGIN = 60_000 << 22  # a minute as a distance of message ids: they are not quite in order
_AN_HOUR = 3_600_000  # milliseconds
_READERS = 4  # channels that are read side by side
_UNREADABLE = (discord.Forbidden, discord.NotFound)
_BROKEN = (discord.DiscordException, aiohttp.ClientError, OSError)


class Hearing:
    def __init__(self, intake: Intake, seen: Seen, hours: float) -> None:
        self._intake = intake
        self._seen = seen
        self._hours = hours
        self._gaps: dict[int, tuple[discord.abc.Messageable, int]] = {}
        self._lines: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._readers = asyncio.Semaphore(_READERS)

    async def message(self, native: discord.Message) -> None:
        with self._seen.taking(native.id):
            await self._in_line(native.channel.id, partial(self._intake.message, native))

    async def edited(self, native: discord.Message) -> None:
        await self._in_line(native.channel.id, partial(self._intake.edited, native))

    async def deleted(
        self, messages: Sequence[int], guild: discord.Guild | None, channel: discord.abc.Snowflake
    ) -> None:
        for message in messages:
            read = partial(self._intake.deleted, message, guild, channel)
            await self._in_line(channel.id, read)

    def missed(self, channel_id: int, channel: discord.abc.Messageable, since: int) -> None:
        """Nobody listened there after this message."""
        self._gaps[channel_id] = channel, since
        self._seen.hold(("gap", channel_id), since + 1)

    async def catch_up(self, channels: Iterable[int]) -> None:
        async def one(channel: int) -> None:
            async with self._readers, self._line(channel):
                await self._close(channel)

        await asyncio.gather(*(one(channel) for channel in channels if channel in self._gaps))

    def _line(self, channel: int) -> asyncio.Lock:
        return self._lines.setdefault(channel, asyncio.Lock())

    async def _in_line(self, channel: int, read: Callable[[], Awaitable[Event | None]]) -> None:
        """Read in its turn, and written down after what came before it, though not when that is
        done: many are written down as one.
        """
        async with self._line(channel):
            await self._close(channel)
            event = await read()
            putting = asyncio.ensure_future(self._intake.put(event)) if event else None
        if putting:
            await putting

    async def _close(self, channel: int) -> None:
        """What cannot be read now is read after the next start."""
        if channel not in self._gaps:
            return
        try:
            await self._read(*self._gaps.pop(channel))
        except _UNREADABLE as error:
            log.info("what was missed in %s cannot be read: %s", channel, error)
        except _BROKEN as error:
            log.error("what was missed in %s is not read now: %r", channel, error)
            return
        self._seen.release(("gap", channel))

    async def _read(self, channel: discord.abc.Messageable, since: int) -> None:
        """Known messages are among them: accept() knows them."""
        oldest = discord.utils.time_snowflake(discord.utils.utcnow())
        oldest -= int(self._hours * _AN_HOUR) << 22
        after = discord.Object(max(since - _MARGIN, oldest))
        history = channel.history(limit=None, after=after, oldest_first=True)
        async with aclosing(history):  # type: ignore[type-var]  # it is a generator
            async for native in history:
                with self._seen.taking(native.id):
                    if event := await self._intake.message(native):
                        await self._intake.put(event)
