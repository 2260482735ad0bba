"""What one person does in their threads. First the event is durable, then the thread shows it; what
is sent again, because Parley was killed between the two, is shown then.
"""

from adapters.markup import clean
from adapters.page import forms, media, receive
from adapters.page.lobby import Lobby
from adapters.page.post import Medium, Post
from adapters.page.threads import Thread, title
from adapters.page.wire import Act, Attached, Delete, Edit, Form, Got, Press, Say, Use
from bot.commands import Command
from bot.errors import NotAccepted, Refused
from bot.events import Event, Invocation, Value

_LEAVING = "Parley is starting or stopping. This is sent again by itself."
_EMPTY = "Empty conversation"


class Desk:
    def __init__(self, lobby: Lobby, person: str) -> None:
        self._lobby, self._person = lobby, person

    async def take(self, act: Act) -> Got | Form:
        """Raises Refused, and NotAccepted for what may be sent again."""
        thread = await self._lobby.threads.open(self._person, act.thread)
        form: Form | None = None
        match act:
            case Say():
                form = await self._say(act, thread)
            case Use():
                form = await self._use(act, thread)
            case Edit():
                await self._edit(act, thread)
            case Delete():
                await self._delete(act, thread)
            case Press():
                await self._press(act, thread)
        return form or Got(act.id)

    async def _say(self, said: Say, thread: Thread) -> Form | None:
        files = await media.offered(self._lobby.shelf, self._person, said.id, said.files)
        message = receive.message(self._person, said, files)
        if form := forms.lacking(self._lobby.commands, message, files):
            return form
        await self._accept(message)
        await self._show(Post(said.id, self._person, message.at, message.text, media=files), thread)
        return None

    async def _use(self, said: Use, thread: Thread) -> Form | None:
        command = self._command(said.command)
        attached = [value for value in said.values.values() if isinstance(value, Attached)]
        files = await media.offered(self._lobby.shelf, self._person, said.id, attached)
        values = self._values(said, files)
        if command.missing(values):
            return forms.form(said.id, command, values, files, said.on)
        on = self._on(said.on, thread)
        event = receive.use(self._person, said, command.check(values), on)
        await self._accept(event)
        post = Post(
            said.id, self._person, event.at, forms.spoken(command, event.values), media=files,
            about=title(on) if on else "", fixed=True,
        )  # fmt: skip
        await self._show(post, thread)
        return None

    def _command(self, name: str) -> Command:
        command = self._lobby.commands.named(name)
        if command.button and not command.shortcut:
            raise Refused(f"`/{command.name}` is a button, not a command.")
        return command

    def _values(self, said: Use, files: tuple[Medium, ...]) -> dict[str, Value]:
        offered = {file.id: media.attachment(self._person, said.id, file) for file in files}
        values: dict[str, Value] = {}
        for name, value in said.values.items():
            if isinstance(value, Attached):
                values[name] = offered[value.id]
            elif text := clean(value).strip():
                values[name] = receive.short(text)
        return values

    def _on(self, id_: str, thread: Thread) -> Post | None:
        if id_ and id_ not in thread.posts:
            raise Refused("That message is not there any more.")
        return thread.posts.get(id_)

    async def _edit(self, said: Edit, thread: Thread) -> None:
        post = self._own(said.post, thread)
        event = receive.edited(self._person, said, post)
        await self._accept(event)
        thread.change(post, text=event.text)
        await thread.keep(post)
        await self._entitle(thread)

    async def _delete(self, said: Delete, thread: Thread) -> None:
        """Its answer is withdrawn by who gave it."""
        if said.post in thread.posts:
            post = self._own(said.post, thread)
            await self._accept(receive.deleted(self._person, said))
            await thread.drop(post)
            await self._entitle(thread)

    def _own(self, id_: str, thread: Thread) -> Post:
        post = thread.posts.get(id_)
        if post is None or post.fixed or post.by != self._person:
            raise Refused("Only messages of your own that are still there can be changed.")
        return post

    async def _press(self, said: Press, thread: Thread) -> None:
        """Nothing where the button is not shown any more: somebody was faster, or it was a second
        delivery of the same press.
        """
        shown = (p for p in thread.posts.values() if said.button in {b.id for b in p.buttons})
        if (post := next(shown, None)) is None:
            return
        if (event := receive.press(self._person, said, post)) is None:
            return
        await self._accept(event)
        if isinstance(event, Invocation) and event.command in {"good", "bad"}:
            thread.change(post, rated=event.command)
            await thread.keep(post)

    async def _accept(self, event: Event) -> None:
        if self._lobby.accept is None:
            raise NotAccepted(_LEAVING)
        await self._lobby.accept(event)

    async def _show(self, post: Post, thread: Thread) -> None:
        await self._lobby.shelf.keep(self._person, post.id, media.ids(post.media))
        if post.id in thread.posts:
            return
        if not self._said(thread):
            await self._list(thread, title(post))
        thread.add(post)
        await thread.keep(post)

    async def _entitle(self, thread: Thread) -> None:
        """What is not said any more must not stand in the list either."""
        first = min(self._said(thread), key=lambda post: post.at, default=None)
        await self._list(thread, title(first) if first else _EMPTY)

    async def _list(self, thread: Thread, name: str) -> None:
        line = await self._lobby.threads.entitle(self._person, thread.id, name)
        self._lobby.tell(self._person, line)

    def _said(self, thread: Thread) -> list[Post]:
        return [post for post in thread.posts.values() if post.by == self._person]
