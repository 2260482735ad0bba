"""What Slack sends, as Events. Nothing here waits or writes."""

import time
from typing import Any

from adapters.slack import escapes, home, said
from adapters.slack.interactions import BlockActions, MessageAction, SlashCommand
from adapters.slack.payloads import (
    Changed,
    Deletion,
    EventCallback,
    HomeOpened,
    Json,
    Said,
    SessionStopped,
    read,
)
from adapters.slack.said import PLATFORM, Here
from bot.commands import Command, Commands, pressed
from bot.events import Event, Invocation, Place, Stop


def event(body: Any, here: Here, commands: Commands, prefix: str = "") -> Event | None:
    """The Event in a payload of Slack; None where there is none for us. `prefix` is what the
    names of our slash commands begin with. The `address` of an event is a response_url, good for
    five answers in 30 minutes.

    Raises Refused where somebody typed a command that cannot be meant.
    """
    if not isinstance(body, dict):
        return None
    match body.get("type"):
        case "event_callback":
            callback = read(body, EventCallback)
            return _happened(callback.event, here) if callback else None
        case "block_actions":
            press = read(body, BlockActions)
            return _pressed(press, here) if press else None
        case "message_action":
            action = read(body, MessageAction)
            return _chosen(action, here, commands) if action else None
    slash = read(body, SlashCommand)
    return _typed(slash, here, commands, prefix) if slash else None


def _happened(happened: Json, here: Here) -> Event | None:
    match happened.get("type"), happened.get("subtype"):
        case "message", "message_changed":
            change = read(happened, Changed)
            return said.edited(change, here) if change else None
        case "message", "message_deleted":
            deletion = read(happened, Deletion)
            return said.deleted(deletion, here) if deletion else None
        case (("message" | "app_mention"), _):
            words = read(happened, Said)
            return said.message(words, here) if words else None
        case "app_home_opened", _:
            opened = read(happened, HomeOpened)
            return home.visit(opened, here) if opened else None
        case "agent_session_stopped", _:
            stopped = read(happened, SessionStopped)
            return _stopped(stopped, here) if stopped else None
    return None


def _typed(slash: SlashCommand, here: Here, commands: Commands, prefix: str) -> Invocation:
    command, rest = _named(slash, commands, prefix)
    return Invocation(
        id=f"{PLATFORM}:{here.team}:{slash.trigger_id}",
        place=Place(PLATFORM, here.team, slash.channel_id),
        author=said.author(here.team, slash.user_id, slash.user_name),
        at=time.time(),
        command=command.name,
        values=command.parse(rest),
        address=slash.response_url,
    )


def _named(slash: SlashCommand, commands: Commands, prefix: str) -> tuple[Command, str]:
    """`/usage me`, `/parley-usage me` and `/parley usage me` are the same."""
    name, text = slash.command.removeprefix("/"), escapes.plain(slash.text).strip()
    if "parley" in {name, name.removeprefix(prefix)}:
        return commands.read(text or "help")
    return commands.read(f"{name.removeprefix(prefix).removeprefix('parley-')} {text}")


def _chosen(action: MessageAction, here: Here, commands: Commands) -> Invocation:
    """From a message's own menu: the files that it has are those that the command asks for."""
    on = said.standing(action.message, here, action.channel.id)
    command = commands.named(action.callback_id)
    return Invocation(
        id=f"{PLATFORM}:{here.team}:{action.trigger_id}",
        place=on.place,
        author=said.acting(here.team, action.user),
        at=time.time(),
        command=command.name,
        values=command.parse("", on.attachments),
        by="shortcut",
        address=action.response_url,
        source=on.source,
        on=on,
    )


def _pressed(press: BlockActions, here: Here) -> Event | None:
    if not press.actions:
        return None
    action, on = press.actions[0], press.container
    chosen = action.selected_option.value if action.selected_option else action.value
    # An answer on the top level begins a thread; what only one person sees begins none.
    root = "" if on.is_ephemeral else on.message_ts
    return pressed(
        chosen or action.action_id,
        id=f"{PLATFORM}:{here.team}:{on.message_ts}:{action.action_ts}:{press.user.id}",
        place=Place(PLATFORM, here.team, on.channel_id, on.thread_ts or root),
        author=said.acting(here.team, press.user),
        at=float(action.action_ts),
        address=press.response_url,
        source=on.message_ts,
    )


def _stopped(stopped: SessionStopped, here: Here) -> Stop:
    """Slack's own stop button, which does not say at which answer it stands."""
    place = Place(PLATFORM, here.team, stopped.channel, stopped.thread_ts)
    return Stop(
        id=f"{place.key}:stopped:{stopped.event_ts}",
        place=place,
        author=said.author(here.team, stopped.user or ""),
        at=float(stopped.event_ts),
    )
