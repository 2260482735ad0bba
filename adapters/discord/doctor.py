"""What Discord says of Parley: its token, intents, permissions, commands and sessions."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import discord

from adapters.discord import menu
from adapters.discord.manifest import PERMISSIONS
from adapters.discord.rest import Rest
from adapters.discord.settings import Settings
from bot.commands import Commands
from bot.ports import Finding, State

_NAMED = 5  # servers that a finding names
_PAGE = 200  # servers of one answer
_FEW = 50  # sessions
_CONTENT = 1 << 18 | 1 << 19  # GATEWAY_MESSAGE_CONTENT, and the same for unverified bots
_GUILDS = "/users/@me/guilds"
_MENU = "/applications/{application_id}/commands"


async def examine(
    rest: Rest, settings: Settings, state: State, commands: Commands
) -> AsyncGenerator[Finding, None]:
    """Raises ParleyError where Discord does not take the token."""
    await rest.open()
    application = await rest.call("GET", "/applications/@me")
    yield Finding(f"Discord takes the token; Parley is {application['name']} there.")
    yield _intents(application.get("flags") or 0)
    for finding in _permissions([guild async for guild in _guilds(rest)]):
        yield finding
    known = await rest.call("GET", _MENU, application_id=application["id"])
    yield await _menu(known, commands, state)
    yield _sessions(await rest.call("GET", "/gateway/bot"), settings)


def _intents(flags: int) -> Finding:
    if flags & _CONTENT:
        return Finding("The Message Content intent is granted.")
    return Finding(
        "The Message Content intent is not granted: what does not mention Parley looks empty, so "
        "it hears no replies in its threads without a mention. Mentions, replies to it, direct "
        "messages and commands work. Switch it on in the developer portal, under Bot.",
        "!!",
    )


async def _guilds(rest: Rest) -> AsyncGenerator[Mapping[str, Any], None]:
    after = "0"
    while True:
        page = await rest.call("GET", _GUILDS, params={"limit": _PAGE, "after": after})
        for guild in page:
            yield guild
        if len(page) < _PAGE:
            return
        after = page[-1]["id"]


def _permissions(guilds: list[Mapping[str, Any]]) -> list[Finding]:
    """On the server as a whole: a channel may say otherwise."""
    if not guilds:
        said = "Parley is in no server: `python -m bot manifest discord` prints the invitation."
        return [Finding(said, "--")]
    lacking: dict[str, list[str]] = {}
    for guild in guilds:
        for name in _lacking(discord.Permissions(int(guild["permissions"]))):
            lacking.setdefault(name, []).append(guild["name"])
    findings = [
        Finding(f"The permission {name} is missing, to {what}: {_names(lacking[name])}.", "!!")
        for name, what in PERMISSIONS.values()
        if name in lacking
    ]
    where = f"{len(guilds)} server{'s' if len(guilds) > 1 else ''}"
    return findings or [Finding(f"Every permission is there, in {where}.")]


def _lacking(held: discord.Permissions) -> list[str]:
    if held.administrator:
        return []
    return [name for flag, (name, _) in PERMISSIONS.items() if not getattr(held, flag)]


def _names(guilds: list[str]) -> str:
    more = len(guilds) - _NAMED
    return ", ".join(guilds[:_NAMED]) + (f" and {more} more" if more > 0 else "")


async def _menu(known: list[Mapping[str, Any]], commands: Commands, state: State) -> Finding:
    there, ours = _outlines(known), _outlines(menu.menu(commands))
    if there == ours:
        return Finding(f"The menu on Discord is up to date: {len(ours)} commands.")
    await menu.forget(state)
    differing = ", ".join(sorted({name for _, name, *_ in there ^ ours}))
    return Finding(f"The menu on Discord is not ours ({differing}): the next start sends it.", "--")


def _outlines(known: Any) -> set[tuple[Any, ...]]:
    """What people see of a menu: Discord adds much to what it was sent."""
    return {
        (c["type"], c["name"], c.get("description", ""), *_options(c.get("options", ())))
        for c in known
    }


def _options(options: Any) -> list[tuple[Any, ...]]:
    return [
        (o["name"], o["type"], o["description"], tuple(_options(o.get("options", ()))))
        for o in options
    ]


def _sessions(gateway: Mapping[str, Any], settings: Settings) -> Finding:
    limit, advised = gateway["session_start_limit"], gateway["shards"]
    left = f"{limit['remaining']} of {limit['total']} sessions are left today"
    if limit["remaining"] < _FEW:
        hours = limit["reset_after"] / 3_600_000
        return Finding(f"Only {left}; there are new ones in {hours:.1f} h.", "!!")
    if (settings.discord_shard_count or advised) < advised:
        return Finding(
            f"Discord advises {advised} shards, DISCORD_SHARD_COUNT is "
            f"{settings.discord_shard_count}; {left}.",
            "--",
        )
    return Finding(f"The gateway advises {advised} shard{'s' if advised > 1 else ''}; {left}.")
