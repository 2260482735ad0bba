"""Browser to Event. `who` acts, and in their own threads or a channel's."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.markup import clean
from adapters.page.channels import shared
from adapters.page.login import ADMIN, OWNER
from adapters.page.media import attachment
from adapters.page.post import Medium, Post
from adapters.page.wire import Delete, Edit, Press, Say, Use
from bot.commands import Typing, pressed
from bot.errors import Refused
from bot.events import (
    Attachment,
    Author,
    Deleted,
    Edited,
    Invocation,
    Message,
    Place,
    Stop,
    Value,
)
from bot.ports import PARLEY

PLATFORM = "page"
LONGEST = 32_000  # characters; about 8,000 tokens

_MENTION = re.compile(r"(?<![\w@.])@parley\b[,:]?[ \t]*", re.IGNORECASE)


class Who(NamedTuple):
    person: str
    home: str  # of what they say: themselves, or the channel


def message(who: Who, say: Say, media: Sequence[Medium] = ()) -> Message:
    """Raises Refused for what nobody can answer."""
    return Message(
        id=event_id(say.id), place=_place(who.home, say.thread), author=_author(who.person),
        at=time.time(), text=_text(say.text, media), source=say.id,
        addressed=_is_addressed(who.home, say.text),
        attachments=_attachments(who, say.id, media),
    )  # fmt: skip


def edited(who: Who, said: Edit, post: Post) -> Edited:
    """Raises Refused, as `message` does."""
    return Edited(
        id=event_id(said.id), message=event_id(post.id), place=_place(who.home, said.thread),
        author=_author(who.person), at=time.time(), text=_text(said.text, post.media),
        source=post.id, addressed=_is_addressed(who.home, said.text),
        attachments=_attachments(who, post.id, post.media),
    )  # fmt: skip


def deleted(who: Who, said: Delete) -> Deleted:
    return Deleted(
        id=event_id(said.id), message=event_id(said.post), place=_place(who.home, said.thread),
        author=_author(who.person), at=time.time(), source=said.post,
    )  # fmt: skip


def removed(place: Place, post: Post) -> Deleted:
    """By Parley, what a person had said."""
    return Deleted(
        id=f"{event_id(post.id)}:removed", message=event_id(post.id), place=place,
        author=_author(post.by), at=time.time(), source=post.id,
    )  # fmt: skip


def press(who: Who, said: Press | Use, post: Post) -> Invocation | Stop | None:
    return pressed(
        said.button, id=event_id(said.id), place=_place(who.home, said.thread),
        author=_author(who.person), at=time.time(), source=post.id,
    )  # fmt: skip


def use(who: Who, said: Use, values: Mapping[str, Value], on: Post | None) -> Invocation:
    place = _place(who.home, said.thread)
    return Invocation(
        id=event_id(said.id), place=place, author=_author(who.person), at=time.time(),
        command=said.command, values=dict(values), source=said.id,
        by="shortcut" if on and not values else "form",
        on=shown(place, on) if on else None,
    )  # fmt: skip


def typing(who: Who, thread: str, command: str, option: str, text: str) -> Typing:
    return Typing(_author(who.person), _place(who.home, thread), command, option, clean(text))


def shown(place: Place, post: Post) -> Message:
    """A post as the message that it is or was."""
    home = place.channel
    text = post.text if post.by == PARLEY.id else _meant(post.text)
    return Message(
        id=event_id(post.id), place=place, at=post.at, text=text, source=post.id,
        author=PARLEY if post.by == PARLEY.id else _author(post.by),
        attachments=_attachments(Who(home, home), post.id, post.media),
    )  # fmt: skip


def short(text: str) -> str:
    """The text, if it is short enough. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused(
            f"The message has {len(text):,} characters; {LONGEST:,} is the most. "
            "Shorten it, or send it in parts."
        )
    return text


def said(raw: str) -> str:
    """What people read of it."""
    return clean(raw).strip()


def _text(raw: str, media: Sequence[Medium]) -> str:
    text = _meant(short(said(raw)))
    if not (text or media):
        raise Refused("The message is empty: write something first.")
    return text


def _meant(text: str) -> str:
    """To Parley, its name is no part of it."""
    return _MENTION.sub("", text).strip()


def _is_addressed(home: str, text: str) -> bool:
    """In a channel only what names Parley, or is a command; accept() knows its threads."""
    return not shared(home) or bool(_MENTION.search(text)) or text.lstrip().startswith("/")


def _attachments(who: Who, post: str, media: Sequence[Medium]) -> tuple[Attachment, ...]:
    return tuple(attachment(*who, post, medium) for medium in media)


def event_id(id_: str) -> str:
    return f"{PLATFORM}:{id_}"


def _place(home: str, thread: str) -> Place:
    """What is a person's own is theirs alone, as a direct message is: two people's threads are two
    places even if their browsers chose the same id.
    """
    return Place(PLATFORM, "local", home, thread)


def _author(person: str) -> Author:
    roles = (f"{PLATFORM}:{ADMIN}",) if person in {ADMIN, OWNER} else ()
    return Author(f"{PLATFORM}:{person}", person.capitalize(), roles)
