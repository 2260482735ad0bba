"""What one person does in a thread, their own or a channel's. First the event is durable, then the
thread shows it; what is sent again, because Parley was killed between the two, is shown then.
"""

from msgspec.structs import replace

from adapters.markup import clean
from adapters.page import buttons, forms, media, receive
from adapters.page.channels import shared
from adapters.page.lobby import Lobby
from adapters.page.post import Medium, Post
from adapters.page.receive import Who
from adapters.page.threads import Thread, title
from adapters.page.wire import (
    Act,
    Attached,
    ChannelLine,
    Create,
    Delete,
    Edit,
    Form,
    Got,
    Press,
    Say,
    Use,
)
from bot.commands import Command
from bot.errors import NotAccepted, Refused
from bot.events import Event, Invocation, Value

_LEAVING = "Parley is starting or stopping. This is sent again by itself."


class Desk:
    def __init__(self, lobby: Lobby, person: str) -> None:
        self._lobby, self._person = lobby, person

    async def take(self, act: Act | Create) -> Got | Form:
        """Raises Refused, and NotAccepted for what may be sent again."""
        if isinstance(act, Create):
            self._lobby.tell_all(await self._lobby.channels.create(act.channel, self._person))
            return Got(act.id)
        home = await self._lobby.channels.home(self._person, act.channel)
        if isinstance(act, Say | Use | Edit):
            await self._lobby.silence.check(self._person, home)
        thread = await self._lobby.threads.open(home, act.thread)
        return await self._done(act, thread, Who(self._person, home)) or Got(act.id)

    async def _done(self, act: Act, thread: Thread, who: Who) -> Form | None:
        match act:
            case Say():
                return await self._say(act, thread, who)
            case Use():
                return await self._use(act, thread, who)
            case Edit():
                await self._edit(act, thread, who)
            case Delete():
                await self._delete(act, thread, who)
            case Press():
                return await self._press(act, thread, who)
        return None

    async def _say(self, said: Say, thread: Thread, who: Who) -> Form | None:
        files = await media.offered(self._lobby.shelf, *who, said.id, said.files)
        message = receive.message(who, said, files)
        if form := forms.lacking(self._lobby.commands, message, files):
            return form
        text = receive.said(said.text)
        with self._lobby.showing(said.id):
            await self._accept(message)
            await self._show(Post(said.id, self._person, message.at, text, media=files), thread)
        return None

    async def _use(self, said: Use, thread: Thread, who: Who) -> Form | None:
        command = self._command(said)
        attached = [value for value in said.values.values() if isinstance(value, Attached)]
        files = await media.offered(self._lobby.shelf, *who, said.id, attached)
        values = self._values(said, files, who)
        if command.missing(values):
            form = forms.form(said.id, command, values, files, said.on)
            return replace(form, button=said.button)
        if said.button:
            await self._accept(buttons.filled(who, said, thread, command.check(values)))
            return None
        on = self._on(said.on, thread)
        event = receive.use(who, said, command.check(values), on)
        post = Post(
            said.id, self._person, event.at, forms.spoken(command, event.values), media=files,
            about=title(on) if on else "", fixed=True,
        )  # fmt: skip
        with self._lobby.showing(said.id):
            await self._accept(event)
            await self._show(post, thread)
        return None

    def _command(self, said: Use) -> Command:
        command = self._lobby.commands.named(said.command)
        if command.button and not (command.shortcut or said.button):
            raise Refused(f"`/{command.name}` is a button, not a command.")
        return command

    def _values(self, said: Use, files: tuple[Medium, ...], who: Who) -> dict[str, Value]:
        offered = {file.id: media.attachment(*who, said.id, file) for file in files}
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

    async def _edit(self, said: Edit, thread: Thread, who: Who) -> None:
        post = self._own(said.post, thread)
        await self._accept(receive.edited(who, said, post))
        thread.change(post, text=receive.said(said.text))
        await thread.keep(post)
        await self._lobby.entitle(thread)

    async def _delete(self, said: Delete, thread: Thread, who: Who) -> None:
        """Its answer is withdrawn by who gave it."""
        if said.post in thread.posts:
            post = self._own(said.post, thread)
            await self._accept(receive.deleted(who, said))
            await thread.erase(post)
            await self._lobby.entitle(thread)

    def _own(self, id_: str, thread: Thread) -> Post:
        post = thread.posts.get(id_)
        if post is None or post.fixed or post.gone or post.by != self._person:
            raise Refused("Only messages of your own that are still there can be changed.")
        return post

    async def _press(self, said: Press, thread: Thread, who: Who) -> Form | None:
        if (found := buttons.pressed(who, said, thread)) is None:
            return None
        post, event = found
        if form := buttons.lacking(self._lobby.commands, said, post, event):
            return form
        await self._accept(event)
        if isinstance(event, Invocation) and event.command in {"good", "bad"}:
            thread.change(post, rated=event.command)
            await thread.keep(post)
        return None

    async def _accept(self, event: Event) -> None:
        if self._lobby.accept is None:
            raise NotAccepted(_LEAVING)
        await self._lobby.accept(event)

    async def _show(self, post: Post, thread: Thread) -> None:
        shelf = self._lobby.shelf
        await shelf.keep(self._person, thread.home, post.id, media.ids(post.media))
        if post.id in thread.posts:
            return
        if not thread.said:
            await self._lobby.list(thread, title(post))
        thread.add(post)
        await thread.keep(post)
        if shared(thread.home):
            self._lobby.tell_all(ChannelLine(thread.home, self._person))
