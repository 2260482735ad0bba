"""Discord's commands, made from ours; sent only when they changed."""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import discord
from discord.http import HTTPClient

from bot.commands import Command, Commands, Option
from bot.events import Attachment
from bot.ports import State

log = logging.getLogger(__name__)

_KEY = "discord/menu"
_SLASH, _SHORTCUT, _SUBCOMMAND = 1, 3, 1  # Discord's numbers of the command types
_KINDS = {str: 3, int: 4, bool: 5, float: 10, Attachment: 11}  # and of the option types
_MENU, _SHORTCUTS, _SUBCOMMANDS, _OPTIONS, _CHOICES = 100, 15, 25, 25, 25  # the most of each
_LONGEST_HELP = 100
_ADMINS = str(discord.Permissions(manage_guild=True).value)
_EVERYWHERE = {
    "integration_types": [0, 1],  # a server has it, a person has it
    "contexts": [0, 1, 2],  # in a server, in direct messages to Parley, in those among people
}


async def sync(http: HTTPClient, application: int, state: State, commands: Commands) -> None:
    """A menu that Discord refuses leaves the earlier one: mentions work without."""
    wanted = menu(commands)
    made_of = json.dumps([wanted, application, discord.__version__])
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    if await state.get(_KEY) == digest:
        return
    try:
        await http.bulk_upsert_global_commands(application, wanted)
    except discord.HTTPException as error:
        log.error("Discord does not take the menu of commands: %s", error)
        return
    await state.put(_KEY, digest)
    log.info("commands on Discord: %s", ", ".join(command["name"] for command in wanted))


async def forget(state: State) -> None:
    """The next start sends it again."""
    await state.delete(_KEY)


def menu(commands: Commands) -> list[dict[str, Any]]:
    """As Discord takes it. A command that others are grouped under cannot be called itself."""
    by_group = sorted(commands.menu, key=_group)
    groups = {name: list(members) for name, members in groupby(by_group, _group)}
    slash = [_top(name, groups[name]) for name in dict.fromkeys(map(_group, commands.menu))]
    return slash[:_MENU] + [_shortcut(command) for command in commands.shortcuts[:_SHORTCUTS]]


def _group(command: Command) -> str:
    return command.name.partition(" ")[0]


def _top(name: str, members: Sequence[Command]) -> dict[str, Any]:
    grouped = [command for command in members if " " in command.name]
    if not grouped:
        return {"type": _SLASH, **_command(name, members[0]), **_for(members)}
    names = [command.name.partition(" ")[2] for command in grouped]
    subcommands = [
        {"type": _SUBCOMMAND, **_command(sub, command)}
        for sub, command in zip(names[:_SUBCOMMANDS], grouped, strict=False)
    ]
    help_ = f"{name.capitalize()}: {', '.join(names)}"[:_LONGEST_HELP]
    return {"type": _SLASH, "name": name, "description": help_, "options": subcommands,
            **_for(grouped)}  # fmt: skip


def _shortcut(command: Command) -> dict[str, Any]:
    return {"type": _SHORTCUT, "name": command.shortcut, **_for([command])}


def _for(commands: Iterable[Command]) -> dict[str, Any]:
    """Who finds it in the menu, before a server says otherwise; who may use it says our layer."""
    if all(command.access == "admin" for command in commands):
        return {"default_member_permissions": _ADMINS, **_EVERYWHERE}
    return {**_EVERYWHERE}


def _command(name: str, command: Command) -> dict[str, Any]:
    options = sorted(map(_option, command.options), key=lambda option: not option["required"])
    return {"name": name, "description": command.help, "options": options[:_OPTIONS]}


def _option(option: Option) -> dict[str, Any]:
    """What is long is asked for in a form, where it has room."""
    limits = {"min_value": option.minimum, "max_value": option.maximum}
    whole = int if option.kind is int else float
    return {
        "name": option.name,
        "description": option.help,
        "type": _KINDS[option.kind],
        "required": option.required and not option.long,
        **_offered(option),
        **{name: whole(limit) for name, limit in limits.items() if limit is not None},
    }


def _offered(option: Option) -> dict[str, Any]:
    if option.suggest or len(option.choices) > _CHOICES:
        return {"autocomplete": True}
    choices = [{"name": choice, "value": choice} for choice in option.choices]
    return {"choices": choices} if choices else {}
