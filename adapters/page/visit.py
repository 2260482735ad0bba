"""What one browser asks, and what it is told."""

from adapters.page import receive
from adapters.page.lobby import Lobby
from adapters.page.socket import LOG_IN, Socket
from adapters.page.threads import Thread
from adapters.page.wire import Got, Hello, Menu, Open, Post, Press, Refusal, Request, Say, Welcome
from bot.errors import NotAccepted, Refused
from bot.events import Event, Message

_LEAVING = "Parley is starting or stopping. This is sent again by itself."


class Visit:
    """From a browser's hello until it leaves."""

    def __init__(self, lobby: Lobby, socket: Socket) -> None:
        self._lobby, self._socket = lobby, socket
        self._person = ""
        self._watched: Thread | None = None

    async def heard(self, said: Request) -> None:
        match said:
            case Hello():
                await self._hello(said)
            case _ if not self._person:
                await self._socket.close(LOG_IN, "Say hello first.")
            case Open():
                await self._open(said.thread)
            case Say():
                await self._say(said)
            case Press():
                await self._press(said)

    def leave(self) -> None:
        self._unwatch()
        self._lobby.present.pop(self._socket, None)

    async def _hello(self, said: Hello) -> None:
        self.leave()
        self._person = await self._lobby.identity.who(self._socket.request, said.person)
        if not self._person:
            await self._socket.close(LOG_IN, "Log in first.")
            return
        self._lobby.present[self._socket] = self._person
        self._socket.tell(await self._welcome())

    async def _welcome(self) -> Welcome:
        lobby = self._lobby
        menu = tuple(
            Menu(command.name, command.help, tuple(option.name for option in command.options))
            for command in lobby.commands.menu
        )
        threads = await lobby.threads.of(self._person)
        people = lobby.identity.people
        return Welcome(self._person, people, lobby.label, receive.LONGEST, menu, threads)

    async def _open(self, thread: str) -> None:
        opened = await self._lobby.threads.open(self._person, thread)
        self._unwatch()
        self._watched = opened
        self._socket.tell(opened.whole())
        opened.watchers.add(self._socket.tell)

    def _unwatch(self) -> None:
        if self._watched:
            self._watched.watchers.discard(self._socket.tell)

    async def _say(self, said: Say) -> None:
        try:
            message = receive.message(self._person, said)
        except Refused as error:
            self._socket.tell(Refusal(said.id, error.sentence))
            return
        if await self._accepted(said.id, message):
            await self._post(message)
            self._socket.tell(Got(said.id))

    async def _post(self, message: Message) -> None:
        """After accept: a message that could not be accepted is in no thread. A message sent
        again, because Parley was killed between the two, gets its post now.
        """
        thread = await self._lobby.threads.open(self._person, message.place.thread)
        if message.source in thread.posts:
            return
        if not any(post.by == self._person for post in thread.posts.values()):
            line = await self._lobby.threads.begin(self._person, thread.id, message.text)
            self._lobby.tell(self._person, line)
        post = Post(message.source, self._person, message.at, message.text)
        thread.add(post)
        await thread.keep(post)

    async def _press(self, said: Press) -> None:
        thread = await self._lobby.threads.open(self._person, said.thread)
        event = receive.press(self._person, said, thread.posts)
        if event is None or await self._accepted(said.id, event):
            self._socket.tell(Got(said.id))

    async def _accepted(self, said: str, event: Event) -> bool:
        try:
            if self._lobby.accept is None:
                raise NotAccepted(_LEAVING)
            await self._lobby.accept(event)
        except NotAccepted as error:
            self._socket.tell(Refusal(said, error.sentence, again=True))
            return False
        return True
