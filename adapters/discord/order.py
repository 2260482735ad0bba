"""Who may read what on Discord, and what Parley can do about a message and its author: point at
it, react to it, delete it, have them be silent for a while.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord

from adapters.discord.permissions import lacking
from adapters.discord.places import PLATFORM
from adapters.discord.reading import Reading
from adapters.discord.refusals import (
    ARCHIVED,
    LOCKED,
    NO_ACCESS,
    NO_PERMISSION,
    UNKNOWN_CHANNEL,
    UNKNOWN_EMOJI,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    request,
    sentence,
)
from adapters.discord.rest import Rest
from adapters.discord.threads import unarchive
from bot.errors import Refused, Undeliverable
from bot.events import Author, Place

log = logging.getLogger(__name__)

_LONGEST = timedelta(days=28)
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji}/@me"
_MEMBER = "/guilds/{guild_id}/members/{user_id}"
_GONE = {UNKNOWN_CHANNEL, UNKNOWN_MESSAGE}
_ABOVE = (
    "Discord lets Parley time out nobody who is the server's owner or an administrator, or whose "
    "highest role is above Parley's: move Parley's role up."
)
_SENTENCES = {
    NO_ACCESS: sentence(NO_ACCESS),
    LOCKED: sentence(LOCKED),
    UNKNOWN_CHANNEL: "The channel is gone.",
    UNKNOWN_MESSAGE: "The message is gone.",
    UNKNOWN_MEMBER: "They are not in this server any more.",
    30010: "The message has as many reactions as Discord allows.",
    90001: "Its author has blocked Parley, so Parley cannot react.",
}


class Order:
    def __init__(self, rest: Rest, reading: Reading) -> None:
        self._rest = rest
        self._reading = reading

    async def may_read(self, author: Author, place: Place) -> bool:
        return await self._reading.may_read(author, place)

    async def link(self, place: Place, source: str) -> str:
        try:
            where = await self._where(place, source)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("where a message stands is not known: %r", error)
            return ""
        return f"https://discord.com/channels/{place.workspace or '@me'}/{where}/{source}"

    async def react(self, place: Place, source: str, emoji: str) -> None:
        odd = {UNKNOWN_EMOJI: f"Discord does not know {emoji} as an emoji."}
        wanted = {"add_reactions", "read_message_history"}
        await self._do(place, source, "PUT", _REACTION, wanted, "react", odd, emoji=emoji)

    async def remove(self, place: Place, source: str) -> None:
        await self._do(place, source, "DELETE", _MESSAGE, {"manage_messages"}, "delete messages")

    async def time_out(self, place: Place, author: Author, seconds: float) -> None:
        if not place.workspace:
            raise Refused("In direct messages there are no time-outs.")
        if not 0 < seconds <= _LONGEST.total_seconds():
            raise Refused(f"A time-out on Discord lasts {_LONGEST.days} days at most.")
        until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        person = author.id.removeprefix(f"{PLATFORM}:")
        try:
            await self._rest.call(
                "PATCH", _MEMBER, guild_id=place.workspace, user_id=person,
                json={"communication_disabled_until": until},
            )  # fmt: skip
        except discord.HTTPException as error:
            why = _SENTENCES.get(error.code, "Discord does not time them out.")
            if error.code == NO_PERMISSION:
                lacks = await self._lacks(place, place.channel, {"moderate_members"})
                may_not = f"Parley may not time people out: {request('moderate_members')}"
                why = may_not if lacks else _ABOVE
            raise Refused(why, str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unanswered(error) from error

    async def _do(  # noqa: PLR0913, PLR0917  one request, and what may be wrong with it
        self,
        place: Place,
        source: str,
        method: str,
        path: str,
        wanted: set[str],
        what: str,
        odd: Mapping[int, str] = {},
        **more: Any,
    ) -> None:
        """Raises Refused, naming which of the `wanted` permissions is missing."""
        where = place.channel
        try:
            where = await self._where(place, source)
            await self._call(method, path, channel_id=where, message_id=source, **more)
        except discord.HTTPException as error:
            if method == "DELETE" and error.code in _GONE:
                return
            why = odd.get(error.code) or _SENTENCES.get(error.code)
            if error.code == NO_PERMISSION:
                lacks = await self._lacks(place, where, wanted) or wanted
                why = f"Parley may not {what} here: {request(*sorted(lacks))}"
            raise Refused(why or f"Parley cannot {what} here.", str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unanswered(error) from error

    async def _call(self, method: str, path: str, **request: Any) -> None:
        """In a thread that time has closed, too."""
        try:
            await self._rest.call(method, path, **request)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            try:
                await unarchive(self._rest, request["channel_id"])
            except Undeliverable as locked:
                raise Refused(locked.sentence, str(locked)) from error
            await self._rest.call(method, path, **request)

    async def _lacks(self, place: Place, where: str, wanted: set[str]) -> set[str]:
        return wanted & await lacking(self._rest, place.workspace, where)

    async def _where(self, place: Place, source: str) -> str:
        """The channel that holds the message. What a thread was made from stands beside it."""
        if place.thread == source and not self._reading.in_forum(place):
            return place.channel
        thread = await self._reading.thread(place)
        return thread.id if thread else place.channel


def _unanswered(error: Exception) -> Refused:
    return Refused("Discord does not answer just now: try again.", repr(error))
