import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web as aiohttp_web

from adapters.slack import render, web
from adapters.slack.connect import Slack, connect
from adapters.slack.settings import Settings
from bot.commands import Command, Commands, Option
from bot.errors import NotAccepted
from bot.events import Author, Event, Place
from bot.parts import Reply
from bot.ports import Accepted, Delivery, Ground, State
from bot.run import Run
from bot.screen import Screen
from tests.fakes.parley import suggest_nothing
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_web import BOT_TOKEN
from tests.fakes.state import MemoryState


async def nothing(run: Run) -> Reply:
    return
    yield


COMMANDS = Commands(
    [
        Command("help", "What Parley does", nothing, private=True),
        Command("usage", "What was spent", nothing, (Option("who", "me or all"),)),
        Command("regenerate", "Again", nothing, button=True),
    ]
)


class Inbox:
    """An accept that keeps what came, each id once."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.arrivals = 0
        self.broken = 0  # how many of the next events cannot be written
        self.gate = asyncio.Event()
        self.gate.set()
        self._news = asyncio.Condition()

    async def accept(self, event: Event) -> Accepted:
        await self.gate.wait()
        if self.broken:
            self.broken -= 1
            raise NotAccepted("Parley's database is full. Try again later.")
        async with self._news:
            self.arrivals += 1
            new = event.id not in self.events
            self.events.setdefault(event.id, event)
            self._news.notify_all()
        return "accepted" if new else "duplicate"

    async def first(self, number: int = 1) -> list[Event]:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.events) >= number)
        return list(self.events.values())

    async def arrived(self, number: int) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: self.arrivals >= number)


class Log:
    def __init__(self, known: Mapping[str, str | None] | None = None) -> None:
        self.known = dict(known or {})

    async def intend(self, key: str) -> None:
        self.known.setdefault(key, None)

    async def landed(self, key: str, native_id: str) -> None:
        self.known[key] = native_id

    async def removed(self, key: str) -> None:
        del self.known[key]


class Desk:
    """Where answers are written: a workspace without waits."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.web = web.client(BOT_TOKEN, f"{slack.url}/api/")
        self.pace(0.001)

    def pace(self, seconds: float) -> None:
        """The least time between two edits."""
        self.workspace = render.Workspace(self.web, edit=seconds, append=seconds)

    def delivery(
        self,
        thread: str = "",
        *,
        channel: str = "C1",
        private: bool = False,
        address: str = "",
        log: Log | None = None,
    ) -> Delivery:
        return Delivery(
            id="delivery0001",
            nonce="nonce0000001",
            place=Place("slack", "T1", channel, thread),
            author=Author("slack:T1:UADA"),
            private=private,
            address=address,
            source=thread,
            log=log or Log(),
        )

    @asynccontextmanager
    async def delivering(self, delivery: Delivery) -> AsyncIterator[Screen]:
        """A screen that is being shown; when the block ends it is done, and the end stands."""
        screen = Screen()
        task = asyncio.create_task(render.deliver(self.workspace, delivery, screen))
        try:
            yield screen
            screen.finish()
            async with asyncio.timeout(10):
                await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def slack():
    async with FakeSlack(patience=0.2) as fake:
        yield fake


@pytest.fixture
async def desk(slack):
    desk = Desk(slack)
    session = web.open_session(desk.web)
    yield desk
    await session.close()


@pytest.fixture
def inbox():
    return Inbox()


def settings(slack: FakeSlack, **changed: str) -> Settings:
    """As by the environment of somebody who set `changed` too; "" unsets."""
    variables = slack.environment | changed
    return Settings(_env_file=None, **{n.lower(): v for n, v in variables.items() if v})


def ground(state: State | None = None, http: aiohttp_web.Application | None = None) -> Ground:
    return Ground(state or MemoryState(), http or aiohttp_web.Application(), True, True)


def connected(slack: FakeSlack, **changed: str) -> Slack:
    return connect(settings(slack, **changed), ground())


@pytest.fixture
async def adapter(slack):
    adapter = connected(slack)
    yield adapter
    await adapter.close()


@pytest.fixture
async def running(slack, adapter, inbox):
    """The adapter, connected."""
    task = asyncio.create_task(adapter.run(inbox.accept, suggest_nothing, COMMANDS))
    async with asyncio.timeout(10):
        await slack.socket.opened.wait()
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
