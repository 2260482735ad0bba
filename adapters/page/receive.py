"""Browser to Event."""

import time
from collections.abc import Mapping, Sequence

from adapters.markup import clean
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

LONGEST = 32_000  # characters; about 8,000 tokens


def message(person: str, say: Say, media: Sequence[Medium] = ()) -> Message:
    """Raises Refused for what nobody can answer."""
    return Message(
        id=_event(say.id), place=_place(person, say.thread), author=_author(person),
        at=time.time(), text=_text(say.text, media), source=say.id, addressed=True,
        attachments=_attachments(person, say.id, media),
    )  # fmt: skip


def edited(person: str, said: Edit, post: Post) -> Edited:
    """Raises Refused, as `message` does."""
    return Edited(
        id=_event(said.id), message=_event(post.id), place=_place(person, said.thread),
        author=_author(person), at=time.time(), text=_text(said.text, post.media), source=post.id,
        addressed=True, attachments=_attachments(person, post.id, post.media),
    )  # fmt: skip


def deleted(person: str, said: Delete) -> Deleted:
    return Deleted(
        id=_event(said.id), message=_event(said.post), place=_place(person, said.thread),
        author=_author(person), at=time.time(), source=said.post,
    )  # fmt: skip


def press(person: str, said: Press, post: Post) -> Invocation | Stop | None:
    return pressed(
        said.button, id=_event(said.id), place=_place(person, said.thread),
        author=_author(person), at=time.time(), source=post.id,
    )  # fmt: skip


def use(person: str, said: Use, values: Mapping[str, Value], on: Post | None) -> Invocation:
    place = _place(person, said.thread)
    return Invocation(
        id=_event(said.id), place=place, author=_author(person), at=time.time(),
        command=said.command, values=dict(values), source=said.id,
        by="shortcut" if on and not values else "form",
        on=_shown(person, place, on) if on else None,
    )  # fmt: skip


def typing(person: str, thread: str, command: str, option: str, text: str) -> Typing:
    return Typing(_author(person), _place(person, thread), command, option, clean(text))


def _shown(person: str, place: Place, post: Post) -> Message:
    """A post as the message that it is or was."""
    return Message(
        id=_event(post.id), place=place, at=post.at, text=post.text, source=post.id,
        author=PARLEY if post.by == "parley" else _author(post.by),
        attachments=_attachments(person, post.id, post.media),
    )  # fmt: skip


def short(text: str) -> str:
    """The text, if it is short enough. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused(
            f"The message has {len(text):,} characters; {LONGEST:,} is the most. "
            "Shorten it, or send it in parts."
        )
    return text


def _text(raw: str, media: Sequence[Medium]) -> str:
    text = clean(raw).strip()
    if not (text or media):
        raise Refused("The message is empty: write something first.")
    return short(text)


def _attachments(person: str, post: str, media: Sequence[Medium]) -> tuple[Attachment, ...]:
    return tuple(attachment(person, post, medium) for medium in media)


def _event(id_: str) -> str:
    return f"page:{id_}"


def _place(person: str, thread: str) -> Place:
    """A person's channel is theirs alone, as a direct message is: two people's threads are two
    places even if their browsers chose the same id.
    """
    return Place("page", "local", person, thread)


def _author(person: str) -> Author:
    return Author(f"page:{person}", person.capitalize())
