"""What Slack sends, as Events. Nothing here waits or writes."""

import re
import time
from typing import Any

from adapters.slack import escapes
from adapters.slack.payloads import BlockActions, EventCallback, Said, SlashCommand, read
from bot.commands import Commands, pressed
from bot.errors import Refused
from bot.events import Author, Event, Invocation, Message, Place

PLATFORM = "slack"
_SAID_BY_PEOPLE = {"", "file_share", "thread_broadcast"}  # every other subtype is an announcement
_PREFIX = re.compile(r"^/?(?:parley-)?")


def event(body: Any, commands: Commands, bot: str) -> Event | None:
    """The Event in a payload of Slack; None where there is none for us. `bot` is our user id.
    Its `address` is a response_url, good for five answers in 30 minutes.

    Raises Refused where somebody typed a command that cannot be meant.
    """
    if callback := read(body, EventCallback):
        return _message(callback.event, callback.team_id, bot)
    if command := read(body, SlashCommand):
        return _invocation(command, commands)
    if press := read(body, BlockActions):
        return _press(press)
    return None


def _message(said: Said, team: str, bot: str) -> Message | None:
    """`message` and `app_mention` give the same Message, whichever comes first."""
    if said.bot_id or said.user == bot or said.subtype not in _SAID_BY_PEOPLE:
        return None
    direct = said.channel_type == "im" or said.channel.startswith("D")
    return Message(
        id=f"{PLATFORM}:{team}:{said.channel}:{said.ts}",
        place=Place(PLATFORM, team, said.channel, said.thread_ts or said.ts),
        author=_author(team, said.user),
        at=float(said.ts),
        text=escapes.plain(escapes.without_mention(said.text, bot)),
        source=said.ts,
        addressed=direct or escapes.mentions(said.text, bot),
    )


def _invocation(slash: SlashCommand, commands: Commands) -> Invocation:
    """`/usage me`, `/parley-usage me` and `/parley usage me` are the same."""
    name, text = _PREFIX.sub("", slash.command), escapes.plain(slash.text).strip()
    if name == "parley":
        name, _, text = (text or "help").partition(" ")
    command = commands.named(name.lower())
    if command.button:
        raise Refused(f"`/{name}` is a button, not a command.")
    return Invocation(
        id=f"{PLATFORM}:{slash.team_id}:{slash.trigger_id}",
        place=Place(PLATFORM, slash.team_id, slash.channel_id),
        author=_author(slash.team_id, slash.user_id, slash.user_name),
        at=time.time(),
        command=command.name,
        values=command.parse(text),
        address=slash.response_url,
    )


def _press(press: BlockActions) -> Event | None:
    if not press.actions:
        return None
    action, on = press.actions[0], press.container
    return pressed(
        action.value or action.action_id,
        id=f"{PLATFORM}:{press.team.id}:{on.message_ts}:{action.action_ts}:{press.user.id}",
        place=Place(PLATFORM, press.team.id, on.channel_id, on.thread_ts),
        author=_author(press.team.id, press.user.id, press.user.username),
        at=float(action.action_ts),
        address=press.response_url,
        source=on.message_ts,
    )


def _author(team: str, user: str, name: str = "") -> Author:
    return Author(f"{PLATFORM}:{team}:{user}", name)
