"""Which permission Parley lacks: Discord says only that one does.

Source: https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

import logging
from typing import Any

import aiohttp
import discord

from adapters.discord.manifest import PERMISSIONS
from adapters.discord.rest import Rest

log = logging.getLogger(__name__)

_THREADS = {10, 11, 12}


async def lacking(rest: Rest, guild: str, channel: str) -> set[str]:
    """What an answer may need and Parley has not, as discord.py calls it. Empty where that cannot
    be known.
    """
    try:
        held, in_thread = await _held(rest, guild, channel)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.info("Parley's permissions cannot be read: %s", error)
        return set()
    unneeded = "send_messages" if in_thread else "send_messages_in_threads"
    return {flag for flag in PERMISSIONS.keys() - {unneeded} if not getattr(held, flag)}


async def _held(rest: Rest, guild: str, channel: str) -> tuple[discord.Permissions, bool]:
    server = await rest.call("GET", "/guilds/{guild_id}", guild_id=guild)
    path = "/guilds/{guild_id}/members/{user_id}"
    member = await rest.call("GET", path, guild_id=guild, user_id=rest.me)
    place = await rest.call("GET", "/channels/{channel_id}", channel_id=channel)
    in_thread = place["type"] in _THREADS
    if in_thread:
        place = await rest.call("GET", "/channels/{channel_id}", channel_id=place["parent_id"])
    mine = {guild, *member["roles"]}
    held = 0
    for role in server["roles"]:
        held |= int(role["permissions"]) if role["id"] in mine else 0
    if discord.Permissions(held).administrator:
        return discord.Permissions.all(), in_thread
    overwrites = place.get("permission_overwrites", ())
    for group in ({guild}, mine - {guild}, {str(rest.me)}):
        held = _overwritten(held, [each for each in overwrites if each["id"] in group])
    return discord.Permissions(held), in_thread


def _overwritten(held: int, overwrites: list[dict[str, Any]]) -> int:
    for each in overwrites:
        held &= ~int(each["deny"])
    for each in overwrites:
        held |= int(each["allow"])
    return held
