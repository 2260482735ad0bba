"""The local web page: a platform like the others, whose server is here too."""

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Unpack

from aiohttp import WSCloseCode, web
from msgspec.structs import replace

from adapters.pacing import Pace, frames
from adapters.page import media, receive, sight
from adapters.page.channels import Channels, shared
from adapters.page.files import page, static
from adapters.page.forgetting import Forgetting
from adapters.page.lobby import Lobby
from adapters.page.login import Free, Login
from adapters.page.order import Order
from adapters.page.render import Answer
from adapters.page.search import Search
from adapters.page.settings import Settings
from adapters.page.shelf import Shelf
from adapters.page.silence import Silence
from adapters.page.socket import Socket
from adapters.page.suggestions import Suggestions
from adapters.page.threads import Threads
from adapters.page.uploads import Uploads
from adapters.page.visit import Visit
from bot.commands import Commands, Suggest
from bot.events import Attachment, Message, Place
from bot.http.door import Door
from bot.ports import Accept, Delivery, Finding, Ground, Which
from bot.screen import Screen

_FRAME = 0.06  # seconds between two states of an answer
_SWEEP = 3_600.0  # seconds between looks for uploads that nobody sent

log = logging.getLogger(__name__)


class Page:
    name = "page"
    speaks: Literal["opus", "mp3"] = "mp3"
    answers_in = ("thread",)
    largest = 10**9  # bytes
    health = "ok"

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self.order = Order(lobby)
        self._forgetting = Forgetting(lobby)

    @property
    def landing(self) -> str:
        """What the printed address ends in: "/", or the link to log in by."""
        return self._lobby.identity.landing

    def mount(self, app: web.Application, door: Door) -> None:
        app.router.add_get("/", door.guarded(self._index))
        app.router.add_get("/static/{file:.+}", door.guarded(static))
        app.router.add_get("/socket", door.guarded(self._socket))
        uploads = Uploads(self._lobby.identity, self._lobby.shelf)
        app.router.add_post("/media/{person}", door.guarded(uploads.take))
        app.router.add_get("/media/{home}/{post}/{file}/{name:[^/]*}", door.guarded(uploads.give))
        suggestions = Suggestions(self._lobby)
        app.router.add_get("/suggestions/{person}", door.guarded(suggestions.give))
        app.router.add_get("/search/{person}", door.guarded(Search(self._lobby).give))
        if isinstance(login := self._lobby.identity, Login):
            app.router.add_get("/login", door.guarded(login.ask))
            app.router.add_post("/login", door.guarded(login.take))

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        lobby = self._lobby
        lobby.accept, lobby.suggest, lobby.commands = accept, suggest, commands
        lobby.running.set()
        try:
            while True:
                await self._sweep()
                await asyncio.sleep(_SWEEP)
        finally:
            lobby.accept = lobby.suggest = None

    async def _sweep(self) -> None:
        try:
            await self._lobby.shelf.sweep()
        except OSError as error:
            log.warning("uploads that nobody sent stay where they are: %s", error)

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        place = delivery.place = await self._rooted(delivery)
        answer = Answer(await self._lobby.threads.open(place.channel, place.thread), delivery)
        async with contextlib.aclosing(frames(screen, Pace(_FRAME))) as states:
            async for frame in states:
                await answer.show(frame)

    def alone(self, place: Place) -> bool:
        return not shared(place.channel)

    def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        return media.opened(self._lobby.shelf, attachment)

    async def _rooted(self, delivery: Delivery) -> Place:
        """What is not said in a thread begins one."""
        place = delivery.place
        if place.thread:
            return place
        line = await self._lobby.threads.entitle(place.channel, delivery.id, "Parley")
        self._lobby.tell(place.channel, line)
        return replace(place, thread=delivery.id)

    async def history(self, place: Place, before: str, limit: int) -> Sequence[Message]:
        """Parley is in every thread of a person's own from its beginning, and remembers it."""
        if not shared(place.channel):
            return ()
        posts = (await self._lobby.threads.open(place.channel, place.thread)).posts
        until = posts[before].at if before in posts else math.inf
        said = (p for p in posts.values() if p.at < until and sight.seen(p, sight.ANYBODY))
        ordered = sorted(said, key=lambda post: post.at)[-limit:]
        return [receive.shown(place, post) for post in ordered if not post.gone]

    async def called(self, place: Place) -> str:
        return place.channel

    async def forget(self, place: Place | None, **which: Unpack[Which]) -> None:
        await self._forgetting.forget(place, **which)

    async def close(self) -> None:
        sockets = tuple(self._lobby.present)
        await asyncio.gather(*(socket.close(WSCloseCode.GOING_AWAY) for socket in sockets))

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if await self._lobby.identity.who(request, ""):
            return page("index.html")
        return web.Response(status=303, headers={"Location": "/login"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = Socket(request)
        visit = Visit(self._lobby, socket)
        try:
            return await socket.talk(visit.heard)
        finally:
            visit.leave()


async def check(_settings: Settings, _ground: Ground, _commands: Commands) -> Sequence[Finding]:
    return [Finding("The local page runs with Parley.")]


def connect(settings: Settings, ground: Ground) -> Page:
    password = settings.page_password.get_secret_value() if settings.page_password else None
    free = ground.sandbox and ground.loopback
    identity = Free() if free else Login(ground.state, password)
    shelf = Shelf(ground.folder / "page")
    threads, channels = Threads(ground.state, shelf), Channels(ground.state)
    silence = Silence(ground.state)
    adapter = Page(Lobby(identity, threads, shelf, channels, silence, _label(ground)))
    adapter.mount(ground.http, Door(settings.page_hosts))
    return adapter


def _label(ground: Ground) -> str:
    if ground.sandbox:
        return "SmolLM2 135M, a small model on this machine"
    return f"{ground.chat_model or 'A model'} through the OpenAI API"
