import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from adapters.discord import render
from bot.commands import Command, Commands, Option
from bot.errors import NotAccepted
from bot.events import Author, Place
from bot.ports import Delivery
from bot.screen import Screen
from tests.contract.discord import MemoryState, adapter_to
from tests.fakes.discord import FakeDiscord
from tests.fakes.parley import suggest_nothing


async def nothing(_run):
    return
    yield


COMMANDS = Commands(
    [
        Command("help", "What can be asked", nothing, private=True),
        Command(
            "imagine", "Make a picture", nothing,
            options=(
                Option("size", "How large", choices=("small", "large")),
                Option("number", "How many", int, minimum=1, maximum=4),
                Option("prompt", "What to see", required=True),
            ),
        ),
        Command("regenerate", "Answer anew", nothing, button=True),
    ]
)  # fmt: skip


class Log:
    """A DeliveryLog that survives its process."""

    def __init__(self, known=()):
        self.known = dict(known)
        self.intended = []

    async def intend(self, key):
        self.intended.append(key)
        self.known.setdefault(key, None)

    async def landed(self, key, native_id):
        assert key in self.intended or key in self.known
        self.known[key] = native_id

    async def removed(self, key):
        del self.known[key]


class Inbox:
    """accept(), as storage does it: each id once."""

    def __init__(self):
        self.events = []
        self.asked = 0
        self.broken = 0  # so many attempts fail
        self._changed = asyncio.Event()

    async def __call__(self, event):
        await asyncio.sleep(0)
        self.asked += 1
        self._changed.set()
        if self.broken:
            self.broken -= 1
            raise NotAccepted("The disk is full.")
        if any(event.id == known.id for known in self.events):
            return "duplicate"
        self.events.append(event)
        return "accepted"

    async def until(self, condition, timeout=10.0):
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def holds(self, number):
        await self.until(lambda: len(self.events) >= number)
        return self.events


class Bot:
    """The adapter with an inbox: one process."""

    def __init__(self, discord, state, **settings):
        self.discord = discord
        self.state = state
        self.adapter = adapter_to(discord, state, **settings)
        self.inbox = Inbox()

    @asynccontextmanager
    async def running(self, commands=COMMANDS, suggest=suggest_nothing):
        identified = self.discord.gateway.opened["identify"]
        task = asyncio.create_task(self.adapter.run(self.inbox, suggest, commands))
        waiting = asyncio.create_task(
            self.discord.until(
                lambda: (
                    self.discord.gateway.opened["identify"] > identified
                    and self.discord.gateway.connected
                )
            )
        )
        try:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield self
        finally:
            for each in (task, waiting):
                each.cancel()
            await asyncio.gather(task, waiting, return_exceptions=True)

    async def deliver(self, delivery, *parts, screen=None):
        screen = screen or Screen()
        for part in parts:
            screen.show(part)
        if parts:
            screen.finish()
        await self.adapter.deliver(delivery, screen)


async def eventually(condition):
    """Of what nobody tells when it holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(render, "EDIT_INTERVAL", 0.01)


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake


@pytest.fixture
def state():
    return MemoryState()


@pytest.fixture
async def bot(discord, state) -> AsyncIterator[Bot]:
    one = Bot(discord, state)
    yield one
    await one.adapter.close()


@pytest.fixture
def restarted(discord, state) -> Callable[[], Bot]:
    """Another process on the same state."""
    return lambda **settings: Bot(discord, state, **settings)


def delivery_for(event, *, log=None, private=False, nonce="nonce0123456"):
    return Delivery(
        id="delivery0123", nonce=nonce, place=event.place, author=event.author, private=private,
        address=event.address, source=event.source, log=log or Log(),
    )  # fmt: skip


def asked_in_channel(discord, message, title="A question"):
    """The delivery of a mention, without a gateway."""
    place = Place("discord", discord.store.guild, discord.store.general, message)
    return Delivery(
        id="delivery0123", nonce="nonce0123456", place=place,
        author=Author("discord:1"), private=False,
        address=f'{{"title":"{title}"}}', source=message, log=Log(),
    )  # fmt: skip
