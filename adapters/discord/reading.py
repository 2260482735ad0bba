"""Who may read what on Discord: by the permissions that they have there now."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import aiohttp
import discord

from adapters.discord.permissions import Sheet, held, sheet
from adapters.discord.places import PLATFORM
from adapters.discord.refusals import UNKNOWN_CHANNEL, UNKNOWN_MEMBER, UNKNOWN_MESSAGE
from adapters.discord.rest import Rest
from adapters.kept import Kept
from bot.errors import ParleyError
from bot.events import Author, Place

log = logging.getLogger(__name__)

KEPT = 60.0  # seconds; who leaves a server reads nothing of it any more within a minute
PATIENCE = 10.0  # seconds
_FORUM = discord.ForumChannel  # and what Discord calls a media channel
_PRIVATE = 12  # a thread of this type is for who was added to it
_BROKEN = (discord.HTTPException, aiohttp.ClientError, OSError, ParleyError)
_CHANNEL = "/channels/{channel_id}"
_MESSAGE = _CHANNEL + "/messages/{message_id}"
_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_JOINED = _CHANNEL + "/thread-members/{user_id}"


class Thread(NamedTuple):
    id: str
    private: bool


class Reading:
    """`guild`: what the gateway knows of a server, which is always as of now; what it does not
    know, and who is a member, is asked for.
    """

    def __init__(
        self,
        rest: Rest,
        guild: Callable[[int], discord.Guild | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rest = rest
        self._guild = guild
        self._channels = Kept(self._channel, KEPT, clock)
        self._servers = Kept(self._server, KEPT, clock)
        self._roles = Kept(self._roles_of, KEPT, clock)
        self._joined = Kept(self._is_in, KEPT, clock)
        self._messages = Kept(self._stands, KEPT, clock)

    async def close(self) -> None:
        for kept in (self._channels, self._servers, self._roles, self._joined, self._messages):
            await kept.close()

    async def may_read(self, author: Author, place: Place) -> bool:
        platform, _, person = author.id.partition(":")
        if (platform, place.platform) != (PLATFORM, PLATFORM) or not person.isdecimal():
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._may_read(person, place)
        except _BROKEN as error:  # a TimeoutError is an OSError
            log.warning("who may read %s is not known: %r", place.channel_key, error)
            return False

    async def closed(self, place: Place) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return not await self._open(place)
        except _BROKEN as error:
            log.warning("whether %s is closed is not known: %r", place.key, error)
            return True

    async def _open(self, place: Place) -> bool:
        """Whether all who read the channel read it: not a private thread, nor what was one."""
        if not (place.thread and place.workspace):
            return True
        if thread := await self.thread(place):
            return not thread.private
        return await self._messages.get((place.channel, place.thread))

    async def thread(self, place: Place) -> Thread | None:
        """None where `place.thread` is only Parley's name for a conversation. Raises
        HTTPException.
        """
        if not (place.thread and place.workspace):
            return None
        known = self._guild(int(place.workspace))
        if known and (native := known.get_thread(int(place.thread))):
            return Thread(place.thread, native.is_private())
        told = await self._channels.get(place.thread)
        return Thread(place.thread, told["type"] == _PRIVATE) if told else None

    def in_forum(self, place: Place) -> bool:
        """There a thread begins with a message of its own."""
        known = self._guild(int(place.workspace)) if place.workspace else None
        return bool(known and isinstance(known.get_channel(int(place.channel)), _FORUM))

    async def _may_read(self, person: str, place: Place) -> bool:
        if not place.workspace:
            there = await self._channels.get(place.channel) or {}
            return person in {each["id"] for each in there.get("recipients", ())}
        roles = await self._roles.get((place.workspace, person))
        rules = await self._rules(place)
        if roles is None or rules is None:
            return False
        may = held(rules, person, roles)
        if not (may.view_channel and may.read_message_history):
            return False
        if await self._open(place):
            return True
        thread = await self.thread(place)
        if thread is None:  # it is gone, and nobody knows any more who was in it
            return False
        return may.manage_threads or await self._joined.get((thread.id, person))

    async def _rules(self, place: Place) -> Sheet | None:
        known = self._guild(int(place.workspace))
        if known and (native := known.get_channel(int(place.channel))):
            return _cached(known, native)
        if (channel := await self._channels.get(place.channel)) is None:
            return None
        return sheet(await self._servers.get(place.workspace), channel)

    async def _channel(self, id_: str) -> Mapping[str, Any] | None:
        """None where there is none."""
        try:
            told: Mapping[str, Any] = await self._rest.call("GET", _CHANNEL, channel_id=id_)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            return None
        return told

    async def _server(self, id_: str) -> Mapping[str, Any]:
        told: Mapping[str, Any] = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=id_)
        return told

    async def _roles_of(self, key: tuple[str, str]) -> frozenset[str] | None:
        """None where this is no member of the server."""
        guild, person = key
        try:
            told = await self._rest.call("GET", _MEMBER, guild_id=guild, user_id=person)
        except discord.NotFound:
            return None
        return frozenset(told["roles"])

    async def _stands(self, key: tuple[str, str]) -> bool:
        """A conversation beside which no thread stands is called by its first message."""
        channel, message = key
        try:
            await self._rest.call("GET", _MESSAGE, channel_id=channel, message_id=message)
        except discord.NotFound as error:
            if error.code not in {UNKNOWN_MESSAGE, UNKNOWN_CHANNEL}:
                raise
            return False
        return True

    async def _is_in(self, key: tuple[str, str]) -> bool:
        thread, person = key
        try:
            await self._rest.call("GET", _JOINED, channel_id=thread, user_id=person)
        except discord.NotFound as error:
            if error.code not in {UNKNOWN_MEMBER, UNKNOWN_CHANNEL}:
                raise
            return False
        return True


def _cached(guild: discord.Guild, channel: discord.abc.GuildChannel) -> Sheet:
    roles = {str(role.id): role.permissions.value for role in guild.roles}
    pairs = ((str(who.id), *rule.pair()) for who, rule in channel.overwrites.items())
    overwrites = [{"id": id_, "allow": allow.value, "deny": deny.value}
                  for id_, allow, deny in pairs]  # fmt: skip
    return Sheet(str(guild.id), str(guild.owner_id), roles, overwrites)
