"""Who may do what in a channel: Discord says only that somebody may not.

Source: https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
import discord

from adapters.discord.manifest import PERMISSIONS
from adapters.discord.rest import Rest

log = logging.getLogger(__name__)

THREADS = {10, 11, 12}


class Sheet(NamedTuple):
    """A channel's rules, of whatever source. `roles`: what the server's roles may, @everyone by
    the server's own id; `overwrites`: as Discord's JSON.
    """

    guild: str
    owner: str
    roles: Mapping[str, int]
    overwrites: Sequence[Mapping[str, Any]]


def sheet(server: Mapping[str, Any], channel: Mapping[str, Any]) -> Sheet:
    """Of what the REST API tells."""
    roles = {role["id"]: int(role["permissions"]) for role in server["roles"]}
    overwrites = channel.get("permission_overwrites", ())
    return Sheet(server["id"], server.get("owner_id") or "", roles, overwrites)


def held(rules: Sheet, person: str, roles: Collection[str]) -> discord.Permissions:
    """By a member of the server with these roles."""
    everyone, mine = rules.guild, {rules.guild, *roles}
    bits = 0
    for role in mine:
        bits |= rules.roles.get(role, 0)
    if person == rules.owner or discord.Permissions(bits).administrator:
        return discord.Permissions.all()
    for group in ({everyone}, mine - {everyone}, {person}):
        bits = _overwritten(bits, [each for each in rules.overwrites if each["id"] in group])
    return discord.Permissions(bits)


async def lacking(rest: Rest, guild: str, channel: str) -> set[str]:
    """What an answer may need and Parley has not, as discord.py calls it. Empty where that cannot
    be known.
    """
    try:
        mine, in_thread = await _mine(rest, guild, channel)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.info("Parley's permissions cannot be read: %s", error)
        return set()
    unneeded = "send_messages" if in_thread else "send_messages_in_threads"
    return {flag for flag in PERMISSIONS.keys() - {unneeded} if not getattr(mine, flag)}


async def _mine(rest: Rest, guild: str, channel: str) -> tuple[discord.Permissions, bool]:
    server = await rest.call("GET", "/guilds/{guild_id}", guild_id=guild)
    path = "/guilds/{guild_id}/members/{user_id}"
    member = await rest.call("GET", path, guild_id=guild, user_id=rest.me)
    place = await rest.call("GET", "/channels/{channel_id}", channel_id=channel)
    in_thread = place["type"] in THREADS
    if in_thread:
        place = await rest.call("GET", "/channels/{channel_id}", channel_id=place["parent_id"])
    return held(sheet(server, place), str(rest.me), member["roles"]), in_thread


def _overwritten(bits: int, overwrites: list[Mapping[str, Any]]) -> int:
    for each in overwrites:
        bits &= ~int(each["deny"])
    for each in overwrites:
        bits |= int(each["allow"])
    return bits
