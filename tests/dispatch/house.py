"""Dispatch over a real database, with a platform and handlers from a script."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from typing import Literal

from bot.commands import Command, Commands, Trigger
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.router import Router
from bot.dispatch.turns import Turns
from bot.events import Author, Invocation, Message, Place, Stop
from bot.layers import Layers, Throttle
from bot.parts import Delta
from bot.storage.store import open_storage

ADA = Author("stage:ada", "Ada")
_ids = itertools.count()


def message(text, *, thread="t1", id_="", addressed=True, author=ADA):
    return Message(
        id=id_ or f"m{next(_ids)}", place=Place("stage", "w", "c", thread), author=author, at=0.0,
        text=text, source="s", addressed=addressed,
    )  # fmt: skip


def invocation(command, *, of="", thread="t1", author=ADA, **values):
    return Invocation(
        id=f"i{next(_ids)}", place=Place("stage", "w", "c", thread), author=author, at=0.0,
        command=command, values=values, of=of,
    )  # fmt: skip


def stop(delivery):
    place = Place("stage", "w", "c", "t1")
    return Stop(id=f"x{next(_ids)}", place=place, author=ADA, at=0.0, delivery=delivery)


class Stage:
    """A platform that shows each state at once. `posts`: native id -> text."""

    name = "stage"
    speaks: Literal["opus", "mp3"] = "mp3"
    largest = 10**9

    def __init__(self):
        self.posts = {}
        self.notices = []
        self.deliveries = []
        self.failures = []  # exceptions that the next deliveries raise
        self.silent = False  # nothing is posted
        self.files = {}  # reference -> bytes
        self.said = []  # before Parley was called
        self._news = asyncio.Condition()
        self._count = itertools.count()

    async def deliver(self, delivery, screen):
        self.deliveries.append(delivery)
        await self._tell()
        if self.failures:
            raise self.failures.pop(0)
        while not screen.done:
            await screen.changed()
            await self._show(delivery, screen)
        await self._show(delivery, screen)
        self.notices += [notice.text for notice in screen.notices]
        await self._tell()

    async def open(self, attachment):
        yield self.files[attachment.reference]

    async def history(self, place, before, limit):
        return self.said

    async def _show(self, delivery, screen):
        if screen.withdrawn and (native := delivery.log.known.get("0")):
            await delivery.log.removed("0")
            del self.posts[native]
        if self.silent or not screen.text:
            return
        native = delivery.log.known.get("0")
        await delivery.log.intend("0")
        if native is None:
            native = f"p{next(self._count)}"
            await delivery.log.landed("0", native)
        self.posts[native] = screen.text
        await self._tell()

    async def _tell(self):
        async with self._news:
            self._news.notify_all()

    async def until(self, condition):
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: condition(self)), 5)


class House:
    """One process's worth of Parley: `crash` leaves it as kill -9 would."""

    def __init__(self, storage, handlers, stage, throttle=None):
        self.storage = storage
        self.stage = stage
        commands = Commands(h for h in handlers if isinstance(h, Command))
        router = Router(commands, [h for h in handlers if isinstance(h, Trigger)])
        layers = Layers(commands, {"stage:admin"}, Throttle(throttle))
        self.turns = Turns(storage, router, layers, {"stage": stage})
        self.dispatcher = Dispatcher(storage.inbox, self.turns)
        self.accept = self.dispatcher.accept
        self._running = asyncio.create_task(self.dispatcher.run())

    async def crash(self):
        self._running.cancel()
        await asyncio.wait([self._running])
        self.dispatcher._lanes.close()
        await self.dispatcher._lanes.cancel()

    async def open_rows(self):
        query = "SELECT count(*) FROM inbox"
        return await self.storage.database.read(lambda db: db.execute(query).fetchone()[0])

    async def noted(self, text):
        """Until the database knows that people have read this."""
        query = "SELECT count(*) FROM inbox WHERE shown = ?"

        def known(db):
            return db.execute(query, (text,)).fetchone()[0]

        async with asyncio.timeout(5):
            while not await self.storage.database.read(known):
                await asyncio.sleep(0)

    async def settled(self):
        """Until all that was accepted is answered."""
        assert await self.dispatcher._lanes.idle(5)


@asynccontextmanager
async def house(path, *handlers, stage=None, **options):
    storage = await open_storage(path / "parley.db")
    it = House(storage, handlers, stage or Stage(), **options)
    try:
        yield it
    finally:
        await it.crash()
        await storage.close()


def says(reply):
    """A trigger for every message, answered by this generator function."""
    return Trigger("all", lambda _message: True, reply, "resume")


async def echo(run):
    yield Delta(run.event.text)
