"""Native -> Event: what people write, change and delete."""

import re
from datetime import UTC, datetime, timedelta

import discord
import msgspec

from adapters.discord import address, files
from adapters.discord.places import PLATFORM, Channel, Places
from adapters.markup import clean
from bot.events import Author, Deleted, Edited, Message, Place

_PLAIN = {discord.MessageType.default, discord.MessageType.reply}
_LONGEST_TITLE = 80
_EPOCH = datetime.fromtimestamp(0, UTC)
_SOMEBODY = Author(PLATFORM)  # Discord does not say who deleted a message


async def message(
    native: discord.Message, channel: Channel, places: Places, me: int
) -> Message | None:
    """None for what is not for Parley: system messages, bots, what somebody else wrote and this
    one only passed on, and what it may not read.
    """
    if native.type not in _PLAIN or native.author.bot or native.webhook_id:
        return None
    if native.message_snapshots:
        return None
    addressed = native.guild is None or _speaks_to(native, places, me)
    text = clean(re.sub(rf"<@!?{me}>", "", native.content)).strip()
    if not (addressed or text or native.attachments):
        return None  # without the message content intent everything else looks empty
    spot = await places.of_message(native, channel)
    return Message(
        id=event_id(native.id),
        place=spot.place,
        author=author(native.author),
        at=native.created_at.timestamp(),
        address=address.of_message(title(text), spot.mode),
        text=text,
        source=str(native.id),
        addressed=addressed,
        attachments=files.attachments(native),
    )


def version(native: discord.Message) -> str:
    """Names what an edit made of a message; "" where nobody edited it: Discord also says so when
    it shows a link, pins a message or makes a thread of it, and then repeats the time of the last
    edit, in milliseconds.
    """
    if native.edited_at is None:
        return ""
    return f"{event_id(native.id)}:{(native.edited_at - _EPOCH) // timedelta(milliseconds=1)}"


def edited(now: Message, version: str) -> Edited:
    return Edited(**msgspec.structs.asdict(now) | {"id": version, "message": now.id})


def deleted(message_id: int, place: Place, at: float) -> Deleted:
    return Deleted(
        id=f"{event_id(message_id)}:deleted",
        place=place,
        author=_SOMEBODY,
        at=at,
        message=event_id(message_id),
        source=str(message_id),
    )


def title(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_TITLE]


def event_id(native: int) -> str:
    return f"{PLATFORM}:{native}"


def author(user: discord.User | discord.Member) -> Author:
    return Author(f"{PLATFORM}:{user.id}", clean(user.display_name))


def _speaks_to(native: discord.Message, places: Places, me: int) -> bool:
    return any(user.id == me for user in native.mentions) or places.answered(native) is not None
