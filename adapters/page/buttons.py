"""The buttons of what is shown: pressed, or filled in where their command needs more."""

from collections.abc import Mapping

from msgspec.structs import replace

from adapters.page import forms, receive
from adapters.page.post import Post
from adapters.page.receive import Who
from adapters.page.threads import Thread
from adapters.page.wire import Form, Press, Use
from bot.commands import Commands
from bot.errors import Refused
from bot.events import Invocation, Stop, Value


def pressed(who: Who, said: Press | Use, thread: Thread) -> tuple[Post, Invocation | Stop] | None:
    """None where the button is not shown any more: somebody was faster, or it was a second
    delivery of the same press.
    """
    shown = (p for p in thread.posts.values() if said.button in {b.id for b in p.buttons})
    if (post := next(shown, None)) is None:
        return None
    event = receive.press(who, said, post)
    return (post, event) if event else None


def lacking(commands: Commands, said: Press, post: Post, event: Invocation | Stop) -> Form | None:
    """The form that the button needs."""
    command = commands.get(event.command) if isinstance(event, Invocation) else None
    if command is None or not command.missing({}):
        return None
    return replace(forms.form(said.id, command, {}, (), post.id), button=said.button)


def filled(who: Who, said: Use, thread: Thread, values: Mapping[str, Value]) -> Invocation:
    """What its form says. Raises Refused where the button is gone."""
    match pressed(who, said, thread):
        case (_, Invocation(command=said.command) as event):
            return replace(event, values=dict(values), by="form")
    raise Refused("That button is not there any more.")
