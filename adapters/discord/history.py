"""What was said in a thread before Parley was called into it."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord.permissions import lacking
from adapters.discord.refusals import UNKNOWN_CHANNEL
from adapters.discord.rest import Rest
from adapters.discord.said import said
from bot.errors import Refused
from bot.events import Message, Place

_MESSAGES = "/channels/{channel_id}/messages"
_MOST = 100  # messages of one page
_DEFAULT, _REPLY, _COMMAND, _STARTER, _SHORTCUT = 0, 19, 20, 21, 23  # types with words of people
_WORDS = {_DEFAULT, _REPLY, _COMMAND, _SHORTCUT}
_FORBIDDEN = (
    "Parley may not read what was said here before: give it the permissions View Channels and Read "
    "Message History."
)


async def read(rest: Rest, place: Place, before: str, limit: int) -> Sequence[Message]:
    """Oldest first. Nothing where the thread is only Parley's name for a conversation in a
    channel. Raises Refused.
    """
    if before and before == place.thread:
        return ()  # the question begins it
    channel = place.thread or place.channel
    try:
        natives = await _read(rest, channel, before, limit)
    except discord.Forbidden as error:
        raise Refused(_FORBIDDEN, str(error)) from error
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            return ()
        raise Refused("Discord no longer has this thread.", str(error)) from error
    if not natives and "read_message_history" in await lacking(rest, place.workspace, channel):
        raise Refused(_FORBIDDEN)
    starters = (_starter(native) for native in reversed(natives))
    return [said(n, place, rest.me) for n in starters if n.get("type") in _WORDS]


async def _read(rest: Rest, channel: str, before: str, limit: int) -> list[dict[str, Any]]:
    """Newest first."""
    natives: list[dict[str, Any]] = []
    while len(natives) < limit:
        most = min(_MOST, limit - len(natives))
        params = {"limit": most} | ({"before": before} if before else {})
        page = await rest.call("GET", _MESSAGES, channel_id=channel, params=params)
        natives += page
        if len(page) < most:
            break
        before = page[-1]["id"]
    return natives


def _starter(native: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message from which the thread was made stands in its channel; here is a sign of it."""
    if native["type"] != _STARTER:
        return native
    return native.get("referenced_message") or native
