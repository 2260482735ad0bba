"""Parley at Discord's gateway: what happens, and what had happened while nobody listened."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import aclosing

import discord
import yarl

from adapters.discord.intake import Intake
from adapters.discord.seen import Seen

log = logging.getLogger(__name__)

_MARGIN = 60_000 << 22  # a minute as a distance of message ids: they are not quite in order
_MILLISECONDS = 3_600_000  # an hour
_DRAIN = 0.5  # seconds for what is being written down when Parley leaves
_READERS = 4  # guilds whose history is read side by side


class Gateway(discord.AutoShardedClient):
    """A plain Client gives up where the first connect fails; this one tries again."""

    identify_gap = 5.0  # seconds between two sessions, Discord's rule

    def __init__(
        self,
        intake: Intake,
        seen: Seen,
        *,
        content: bool,
        url: yarl.URL | None,
        catch_up_hours: float,
    ) -> None:
        super().__init__(
            intents=discord.Intents(
                guilds=True, guild_messages=True, dm_messages=True, message_content=content
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            heartbeat_timeout=150,
        )
        self._intake = intake
        self._seen = seen
        self._url = url
        self._hours = catch_up_hours
        self._since: dict[int, int] = {}  # shard -> the last message before its session
        self._holds: dict[int, object] = {}
        self._readers = asyncio.Semaphore(_READERS)
        self._taking: set[asyncio.Task[None] | None] = set()

    async def stop(self) -> None:
        """Leave, and see that what came in is taken in."""
        await self.close()
        if taking := {task for task in self._taking if task}:
            _, late = await asyncio.wait(taking, timeout=_DRAIN)
            for task in late:
                task.cancel()

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        await super().launch_shard(self._url or gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A new session knows nothing of the earlier one: what came between is read later."""
        shard = shard_id or 0
        self._since[shard] = self._seen.value
        self._seen.release(self._holds.get(shard))
        self._holds[shard] = self._seen.hold(self._since[shard] + 1)
        if not initial:
            await asyncio.sleep(self.identify_gap)

    async def on_message(self, message: discord.Message) -> None:
        await self._take(self._intake.message(message))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._take(self._intake.interaction(interaction))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._take(self._catch_up(guild))

    async def on_shard_connect(self, shard_id: int) -> None:
        if shard_id == 0:
            await self._take(self._catch_up_direct())

    async def on_shard_ready(self, shard_id: int) -> None:
        """Most guilds were heard of; those that are still to come hold the mark themselves."""
        self._seen.release(self._holds.pop(shard_id, None))

    async def _take(self, work: Awaitable[None]) -> None:
        """discord.py starts a task for each event; here they are known, to be waited for."""
        task = asyncio.current_task()
        self._taking.add(task)
        try:
            await work
        finally:
            self._taking.discard(task)

    async def _catch_up(self, guild: discord.Guild) -> None:
        since = self._since.get(guild.shard_id, 0)
        with self._seen.taking(since + 1):
            async with self._readers:
                for channel in _written_in(guild):
                    if (channel.last_message_id or 0) > since:
                        await self._read(channel, since)

    async def _catch_up_direct(self) -> None:
        since = self._since.get(0, 0)
        with self._seen.taking(since + 1):
            for channel_id in await self._seen.direct():
                try:
                    channel = await self.fetch_channel(channel_id)
                except (discord.NotFound, discord.Forbidden) as error:
                    log.info("direct messages %s cannot be read: %s", channel_id, error)
                    continue
                if isinstance(channel, discord.DMChannel):
                    await self._read(channel, since)

    async def _read(self, channel: discord.abc.Messageable, since: int) -> None:
        """Known messages are among them: accept() knows them."""
        oldest = discord.utils.time_snowflake(discord.utils.utcnow())
        oldest -= int(self._hours * _MILLISECONDS) << 22
        after = discord.Object(max(since - _MARGIN, oldest))
        try:
            history = channel.history(limit=None, after=after, oldest_first=True)
            async with aclosing(history):  # type: ignore[type-var]  # it is a generator
                async for message in history:
                    await self._intake.message(message)
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("what was missed in %s cannot be read: %s", channel, error)


def _written_in(
    guild: discord.Guild,
) -> list[discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread]:
    return [*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads]
