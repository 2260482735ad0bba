"""Browser to Event."""

import time

from adapters.markup import clean
from adapters.page.wire import Post, Press, Say
from bot.commands import pressed
from bot.errors import Refused
from bot.events import Author, Invocation, Message, Place, Stop

LONGEST = 32_000  # characters; about 8,000 tokens


def message(person: str, say: Say) -> Message:
    """Raises Refused for what nobody can answer."""
    text = clean(say.text).strip()
    if not text:
        raise Refused("The message is empty: write something first.")
    if len(text) > LONGEST:
        raise Refused(
            f"The message has {len(text):,} characters; {LONGEST:,} is the most. "
            "Shorten it, or send it in parts."
        )
    return Message(
        id=f"page:{say.id}", place=_place(person, say.thread), author=_author(person),
        at=time.time(), text=text, source=say.id, addressed=True,
    )  # fmt: skip


def press(person: str, said: Press, posts: dict[str, Post]) -> Invocation | Stop | None:
    """None where the button is not shown any more: somebody was faster, or it was a second
    delivery of the same press.
    """
    post = next((p for p in posts.values() if said.button in {b.id for b in p.buttons}), None)
    if post is None:
        return None
    return pressed(
        said.button, id=f"page:{said.id}", place=_place(person, said.thread),
        author=_author(person), at=time.time(), source=post.id,
    )  # fmt: skip


def _place(person: str, thread: str) -> Place:
    """A person's channel is theirs alone, as a direct message is: two people's threads are two
    places even if their browsers chose the same id.
    """
    return Place("page", "local", person, thread)


def _author(person: str) -> Author:
    return Author(f"page:{person}", person.capitalize())
