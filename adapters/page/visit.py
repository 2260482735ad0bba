"""What one browser asks, and what it is told."""

from adapters.page import forms, receive, uploads
from adapters.page.desk import Desk
from adapters.page.lobby import Lobby
from adapters.page.socket import LOG_IN, Socket
from adapters.page.threads import Thread
from adapters.page.timeline import Timeline
from adapters.page.wire import MOST_FILES, Act, Create, Hello, Open, Refusal, Request, Welcome
from bot.errors import NotAccepted, Refused


class Visit:
    """From a browser's hello until it leaves."""

    def __init__(self, lobby: Lobby, socket: Socket) -> None:
        self._lobby, self._socket = lobby, socket
        self._person = ""
        self._watched: Thread | Timeline | None = None

    async def heard(self, said: Request) -> None:
        match said:
            case Hello():
                await self._hello(said)
            case _ if not self._person:
                await self._socket.close(LOG_IN, "Say hello first.")
            case Open():
                await self._open(said)
            case _:
                await self._act(said)

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
        await lobby.running.wait()  # the server listens a moment before
        threads = await lobby.threads.of(self._person)
        return Welcome(
            self._person, lobby.identity.people, lobby.label,
            receive.LONGEST, uploads.LARGEST, MOST_FILES, forms.menu(lobby.commands), threads,
            await lobby.channels.all(),
        )  # fmt: skip

    async def _open(self, said: Open) -> None:
        try:
            opened = await self._opened(said)
        except Refused as error:
            self._socket.tell(Refusal("", error.sentence))
            return
        self._unwatch()
        self._watched = opened
        self._socket.tell(opened.whole(self._person))
        opened.watchers[self._socket.tell] = self._person

    async def _opened(self, said: Open) -> Thread | Timeline:
        home = await self._lobby.channels.home(self._person, said.channel)
        if said.thread:
            return await self._lobby.threads.open(home, said.thread)
        if not said.channel:
            raise Refused("There is no such conversation.")
        return await self._lobby.threads.timeline(home)

    def _unwatch(self) -> None:
        if self._watched:
            self._watched.watchers.pop(self._socket.tell, None)

    async def _act(self, said: Act | Create) -> None:
        try:
            self._socket.tell(await Desk(self._lobby, self._person).take(said))
        except NotAccepted as error:
            self._socket.tell(Refusal(said.id, error.sentence, again=True))
        except Refused as error:
            self._socket.tell(Refusal(said.id, error.sentence))
