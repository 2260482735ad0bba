"""Parley at Discord's gateway: its sessions, and what Discord says in them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import discord
import yarl

from adapters.discord.desk import Desk
from adapters.discord.hearing import Hearing
from adapters.discord.seen import Seen
from adapters.discord.settings import Settings

log = logging.getLogger(__name__)

_DRAIN = 0.5  # seconds for what is being written down when Parley leaves


class Gateway(discord.AutoShardedClient):
    """A plain Client gives up where the first connect fails; this one tries again."""

    identify_gap = 5.0  # seconds between two sessions, Discord's rule
    settling = 2.0  # seconds without another guild, after which a session has told of them all
    silence = 60.0  # seconds after which a connection that says nothing is a dead one

    def __init__(
        self, settings: Settings, hearing: Hearing, desk: Desk, seen: Seen, *, content: bool
    ) -> None:
        super().__init__(
            intents=discord.Intents(
                guilds=True, guild_messages=True, dm_messages=True, message_content=content
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            heartbeat_timeout=self.silence,
            guild_ready_timeout=self.settling,
            **_shards(settings),
        )
        url = settings.discord_gateway_url
        self._url = yarl.URL(url) if url else None
        self._hearing = hearing
        self._desk = desk
        self._seen = seen
        self._since: dict[int, int] = {}  # shard -> the last message before its session
        self._standing: set[int] = set()  # shards with a session
        self._taking: set[asyncio.Task[None] | None] = set()
        parsers = self._connection.parsers
        parsers.update({name: partial(self._parse, name, parse) for name, parse in parsers.items()})

    @property
    def health(self) -> str:
        shards = self.shard_ids or range(self.shard_count or 1)
        if down := len(shards) - len(self._standing):
            return f"{down} of {len(shards)} connections to Discord are down; trying again."
        return "ok"

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
        self._seen.hold(("shard", shard), self._since[shard] + 1)
        if not initial:
            await asyncio.sleep(self.identify_gap)

    async def on_shard_connect(self, shard_id: int) -> None:
        self._standing.add(shard_id)
        if shard_id == 0:  # it has the direct messages
            direct = [self.get_partial_messageable(channel) for channel in self._seen.direct]
            for channel in direct:
                self._hearing.missed(channel.id, channel, self._since[0])
            await self._take(self._hearing.catch_up(channel.id for channel in direct))

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._standing.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._standing.discard(shard_id)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Most guilds were heard of; those that are still to come hold the mark themselves."""
        self._seen.release(("shard", shard_id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._take(self._hearing.catch_up(channel.id for channel in _written_in(guild)))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """discord.py calls it that, too, where Discord does not say whether it is available."""
        await self.on_guild_available(guild)

    async def on_message(self, message: discord.Message) -> None:
        await self._take(self._hearing.message(message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        await self._take(self._hearing.edited(payload.message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._take(self._deleted(payload, [payload.message_id]))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._take(self._deleted(payload, sorted(payload.message_ids)))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._take(self._desk.take(interaction))

    async def _deleted(
        self,
        payload: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent,
        messages: Sequence[int],
    ) -> None:
        guild = self.get_guild(payload.guild_id or 0)
        known = guild and guild.get_channel_or_thread(payload.channel_id)
        channel = known or discord.Object(payload.channel_id)
        await self._hearing.deleted(messages, guild, channel)

    async def _take(self, work: Awaitable[None]) -> None:
        """discord.py starts a task for each event; here they are known, to be waited for."""
        task = asyncio.current_task()
        self._taking.add(task)
        try:
            await work
        finally:
            self._taking.discard(task)

    def _parse(self, name: str, parse: Callable[[Any], None], data: Any) -> None:
        """Of discord.py's parsers an exception would end the connection, as it does where Discord
        sends a part of a message only.
        """
        try:
            parse(data)
            if name == "GUILD_CREATE":
                self._opened(data)
        except Exception:
            log.exception("%s from Discord is not understood", name)

    def _opened(self, data: Any) -> None:
        """Before anything newer is heard there. Where Parley has just come, it missed nothing."""
        if guild := self.get_guild(int(data["id"])):
            joined = discord.utils.parse_time(data.get("joined_at"))
            since = self._since.get(guild.shard_id, 0)
            since = max(since, discord.utils.time_snowflake(joined) if joined else 0)
            for channel in _written_in(guild):
                if (channel.last_message_id or 0) > since:
                    self._hearing.missed(channel.id, channel, since)


def _shards(settings: Settings) -> dict[str, Any]:
    share = list(settings.discord_shard_ids)
    return {"shard_count": settings.discord_shard_count} | ({"shard_ids": share} if share else {})


def _written_in(
    guild: discord.Guild,
) -> list[discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread]:
    return [*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads]
