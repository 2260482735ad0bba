"""Discord's slash commands, made from ours; sent only when they changed."""

import hashlib
import json
import logging
from typing import Any

import discord
from discord.http import HTTPClient

from bot.commands import Command, Commands, Option
from bot.ports import State

log = logging.getLogger(__name__)

_KEY = "discord/menu"
_KINDS = {str: 3, int: 4, bool: 5, float: 10}  # Discord's numbers of the option types
_EVERYWHERE = [0, 1]  # in a guild, in a direct message to the bot
_LONGEST = 100  # characters of a choice


async def sync(http: HTTPClient, application: int, state: State, commands: Commands) -> None:
    """A menu that Discord refuses leaves the earlier one: mentions work without."""
    menu = [_command(command) for command in commands.menu]
    made_of = json.dumps([menu, application, discord.__version__])
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    if await state.get(_KEY) == digest:
        return
    try:
        await http.bulk_upsert_global_commands(application, menu)
    except discord.HTTPException as error:
        log.error("Discord does not take the menu of slash commands: %s", error)
        return
    await state.put(_KEY, digest)
    log.info("slash commands on Discord: %s", ", ".join(command["name"] for command in menu))


def _command(command: Command) -> dict[str, Any]:
    options = sorted(command.options, key=lambda option: not option.required)  # Discord's order
    return {
        "name": command.name,
        "description": command.help,
        "type": 1,
        "options": [_option(option) for option in options],
        "contexts": _EVERYWHERE,
    }


def _option(option: Option) -> dict[str, Any]:
    limits = {"min_value": option.minimum, "max_value": option.maximum}
    whole = int if option.kind is int else float
    choices = [{"name": choice[:_LONGEST], "value": choice} for choice in option.choices]
    return {
        "name": option.name,
        "description": option.help,
        "type": _KINDS[option.kind],
        "required": option.required,
        **({"choices": choices} if choices else {}),
        **{name: whole(limit) for name, limit in limits.items() if limit is not None},
    }
