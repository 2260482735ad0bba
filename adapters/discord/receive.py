"""Native -> Event: what people write, change and delete."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord
import msgspec

from adapters.discord import address, files
from adapters.discord.places import PLATFORM, Channel, Places, is_reply
from adapters.markup import clean
from bot.events import Author, Deleted, Edited, Message, Place
from bot.ports import PARLEY

_PLAIN = {discord.MessageType.default, discord.MessageType.reply}
_LONGEST_TITLE = 80
_EPOCH = datetime.fromtimestamp(0, UTC)
_SOMEBODY = Author(PLATFORM)  # Discord does not say who deleted a message


async def message(
    native: discord.Message, channel: Channel, places: Places, me: int
) -> Message | None:
    """None for what is not for Parley: system messages, bots, what it may not read, and what
    somebody else wrote and this one passes on to Parley alone. In a channel that is said to all.
    """
    if native.type not in _PLAIN or native.author.bot or native.webhook_id:
        return None
    if native.message_snapshots and native.guild is None:
        return None
    addressed = native.guild is None or _speaks_to(native, places, me)
    words = "\n\n".join([native.content, *(said.content for said in native.message_snapshots)])
    text, offered = clean(re.sub(rf"<@!?{me}>", "", words)).strip(), files.attachments(native)
    if not (addressed or text or offered):
        return None  # without the message content intent everything else looks empty
    by = author(native.author)
    spot = await places.of_message(native, channel, by if addressed else None)
    return Message(
        id=event_id(native.id),
        place=spot.place,
        author=by,
        at=native.created_at.timestamp(),
        flat=spot.flat,
        address=address.of_message(title(text), spot.mode),
        text=text,
        source=str(native.id),
        addressed=addressed,
        attachments=offered,
        reply=_replied_to(native, spot.place, me),
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
    return Author(f"{PLATFORM}:{user.id}", clean(user.display_name), _roles(user))


def _roles(user: discord.User | discord.Member) -> tuple[str, ...]:
    """Without the one that everybody has."""
    if not isinstance(user, discord.Member):
        return ()
    return tuple(f"{PLATFORM}:{role.id}" for role in user.roles if not role.is_default())


def _replied_to(native: discord.Message, place: Place, me: int) -> Message | None:
    """None where it is gone."""
    reference = native.reference if is_reply(native) else None
    post = reference.resolved if reference else None
    if not isinstance(post, discord.Message):
        return None
    return Message(
        id=event_id(post.id),
        place=place,
        author=PARLEY if post.author.id == me else author(post.author),
        at=post.created_at.timestamp(),
        text=_named(clean(re.sub(rf"<@!?{me}>", "", post.content)), post.mentions),
        source=str(post.id),
        attachments=files.attachments(post),
    )


def _named(text: str, mentioned: Sequence[discord.User | discord.Member]) -> str:
    for user in mentioned:
        for mention in (f"<@{user.id}>", f"<@!{user.id}>"):
            text = text.replace(mention, f"@{clean(user.display_name)}")
    return text.strip()


def _speaks_to(native: discord.Message, places: Places, me: int) -> bool:
    return any(user.id == me for user in native.mentions) or places.answered(native) is not None
