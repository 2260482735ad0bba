"""Native -> Event: what people choose, press and fill in."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord import address, files
from adapters.discord.places import Places, Spot
from adapters.discord.receive import author, event_id, title
from adapters.discord.said import said
from adapters.markup import clean
from bot.commands import Command, Commands, pressed
from bot.events import Invocation, Message, Stop, Value

SUBCOMMAND, ATTACHMENT = 1, 11  # Discord's types of options
_MESSAGE_MENU = 3  # Discord's type of a command in a message's own menu


async def chosen(
    native: discord.Interaction, commands: Commands, places: Places, me: int
) -> Invocation:
    """A slash command, or one from a message's own menu."""
    data: dict[str, Any] = dict(native.data or {})
    if data.get("type") == _MESSAGE_MENU:
        return await _shortcut(native, data, commands, places, me)
    name, options = named(data)
    spot = await places.of_question(native.guild, native.channel, author(native.user))
    return _invocation(native, commands.get(name), name, spot, values=values(options, data))


async def _shortcut(
    native: discord.Interaction,
    data: Mapping[str, Any],
    commands: Commands,
    places: Places,
    me: int,
) -> Invocation:
    commanded = {command.shortcut: command for command in commands.shortcuts}.get(data["name"])
    message = data["resolved"]["messages"][data["target_id"]]
    on = said(message, places.of(native.guild, native.channel).place, me)
    name = commanded.name if commanded else data["name"]
    return await about(native, commanded, name, places, on, by="shortcut")


async def about(
    native: discord.Interaction, command: Command | None, name: str, places: Places, on: Message,
    **more: Any,
) -> Invocation:  # fmt: skip
    """A command on a message. It is answered in the message's thread, where that can be."""
    spot = places.of(native.guild, native.channel)
    if command and not command.private and not address.outside(native):
        asker = author(native.user)
        spot = await places.of_shortcut(native.guild, native.channel, asker, on.source)
    source = on.source if spot.place.thread == on.source else ""
    return _invocation(native, command, name, spot, on=on, source=source, **more)


def _invocation(
    native: discord.Interaction, command: Command | None, name: str, spot: Spot, **more: Any
) -> Invocation:
    # A command that is no longer ours is refused: that is for the asker alone.
    hidden = command is None or command.private
    about: Message | None = more.get("on")
    return Invocation(
        id=event_id(native.id),
        place=spot.place,
        author=author(native.user),
        at=native.created_at.timestamp(),
        flat=spot.flat,
        address=address.of_interaction(
            native,
            spot.mode,
            hidden=hidden,
            responds=not (more.get("source") or more.get("of")),
            title=title(about.text) if about else "",
        ),
        command=name,
        **more,
    )


async def button(native: discord.Interaction, places: Places) -> Invocation | Stop | None:
    """None where the button is not one of ours."""
    data: dict[str, Any] = dict(native.data or {})
    if (shown := native.message) is None:
        return None
    spot = await places.of_post(native.guild, native.channel, shown)
    hidden = shown.flags.ephemeral
    return pressed(
        data.get("custom_id", ""),
        id=event_id(native.id),
        place=spot.place,
        author=author(native.user),
        at=native.created_at.timestamp(),
        address=address.of_interaction(native, spot.mode, hidden=hidden, responds=False),
    )


async def filled_in(  # noqa: PLR0913, PLR0917  a form has this many facts
    native: discord.Interaction,
    command: Command,
    places: Places,
    values: Mapping[str, Value],
    of: str,
    on: Message | None,
) -> Invocation:
    """What a form asks for. `of`: the delivery whose button opened it."""
    form: dict[str, Any] = {"values": dict(values), "by": "form"}
    if on:
        return await about(native, command, command.name, places, on, **form)
    if of and native.message:
        spot = await places.of_post(native.guild, native.channel, native.message)
    else:
        spot = await places.of_question(native.guild, native.channel, author(native.user))
    return _invocation(native, command, command.name, spot, of=of, **form)


def named(data: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The command's name as we know it, and its options."""
    options = data.get("options", ())
    if options and options[0]["type"] == SUBCOMMAND:
        return f"{data['name']} {options[0]['name']}", options[0].get("options", ())
    return data["name"], options


def values(options: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> dict[str, Value]:
    uploads = data.get("resolved", {}).get("attachments", {})
    return {option["name"]: _value(option, uploads) for option in options}


def _value(option: Mapping[str, Any], uploads: Mapping[str, Any]) -> Value:
    value: str | int | float | bool = option["value"]
    if option["type"] == ATTACHMENT:
        return files.attachment(uploads[str(value)])
    return clean(value) if isinstance(value, str) else value
