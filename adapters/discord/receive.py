"""Native -> Event."""

import re
from typing import Any, TypeAlias

import discord

from adapters.discord import address
from adapters.markup import clean
from bot.commands import Commands, pressed
from bot.events import Author, Invocation, Message, Place, Stop

PLATFORM = "discord"
_PLAIN = {discord.MessageType.default, discord.MessageType.reply}
_LONGEST_TITLE = 80
Channel: TypeAlias = discord.abc.Snowflake | discord.Thread | None


def message(native: discord.Message, channel: Channel, me: int) -> Message | None:
    """None for what is not for Parley: system messages, bots, and what it may not read."""
    if native.type not in _PLAIN or native.author.bot or native.webhook_id:
        return None
    addressed = native.guild is None or _speaks_to(native, me)
    text = clean(re.sub(rf"<@!?{me}>", "", native.content)).strip()
    if not addressed and not text:
        return None  # without the message content intent everything else looks empty
    return Message(
        id=f"{PLATFORM}:{native.id}",
        place=_place(native.guild, channel, root=str(native.id)),
        author=_author(native.author),
        at=native.created_at.timestamp(),
        address=address.of_message(" ".join(text.split())[:_LONGEST_TITLE]),
        text=text,
        source=str(native.id),
        addressed=addressed,
    )


def slash(native: discord.Interaction, commands: Commands) -> Invocation:
    data: dict[str, Any] = dict(native.data or {})
    command = commands.get(data["name"])
    return Invocation(
        id=f"{PLATFORM}:{native.id}",
        place=_place(native.guild, native.channel, root=""),
        author=_author(native.user),
        at=native.created_at.timestamp(),
        # A command that is no longer ours is refused: that is for the asker alone.
        address=address.of_interaction(native, hidden=command is None or command.private),
        command=data["name"],
        values={option["name"]: _value(option) for option in data.get("options", ())},
    )


def button(native: discord.Interaction) -> Invocation | Stop | None:
    """None where the button is not one of ours."""
    data: dict[str, Any] = dict(native.data or {})
    shown = native.message
    # An answer that could open no thread is a reply: its question names the thread.
    asked = shown.reference.message_id if shown and shown.reference else None
    return pressed(
        data.get("custom_id", ""),
        id=f"{PLATFORM}:{native.id}",
        place=_place(native.guild, native.channel, root=str(asked or "")),
        author=_author(native.user),
        at=native.created_at.timestamp(),
        address=address.of_interaction(native, hidden=bool(shown and shown.flags.ephemeral)),
    )


def _speaks_to(native: discord.Message, me: int) -> bool:
    if any(user.id == me for user in native.mentions):
        return True
    answered = native.reference.resolved if native.reference else None
    return isinstance(answered, discord.Message) and answered.author.id == me


def _place(guild: discord.Guild | None, channel: Channel, *, root: str) -> Place:
    """A Discord thread has the id of the message that it began with."""
    here = str(channel.id) if channel else ""
    if guild is None:
        return Place(PLATFORM, "", here)
    if isinstance(channel, discord.Thread):
        return Place(PLATFORM, str(guild.id), str(channel.parent_id), here)
    return Place(PLATFORM, str(guild.id), here, root)


def _author(user: discord.User | discord.Member) -> Author:
    return Author(f"{PLATFORM}:{user.id}", clean(user.display_name))


def _value(option: dict[str, Any]) -> str | int | float | bool:
    value: str | int | float | bool = option["value"]
    return clean(value) if isinstance(value, str) else value
