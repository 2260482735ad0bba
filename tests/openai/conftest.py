"""A fake server, a client of it with a clock that tests hold, and a meter that remembers."""

import pytest
from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.chat import Chat
from bot.openai.errors import OpenAIError
from bot.openai.retry import Clock
from bot.openai.transport import Timeouts, Transport
from tests.fakes.openai import FakeOpenAI


class HeldClock:
    """Sleeping takes no time and is written down; chance always says 1."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, lambda: self.time, self.sleep, lambda: 1.0)


class Books:
    """A Meter: what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.errors: list[OpenAIError] = []

    async def sending(self) -> None:
        self.told.append("sending")

    async def failed(self, error: OpenAIError) -> None:
        self.told.append(type(error).__name__)
        self.errors.append(error)


@pytest.fixture
async def fake():
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
def held():
    return HeldClock()


@pytest.fixture
def books():
    return Books()


@pytest.fixture
async def connect(fake, held):
    """Makes transports to the fake."""
    made = []

    def connect(**facts):
        made.append(Transport(fake.url, SecretStr(fake.key), clock=held.clock, **facts))
        return made[-1]

    yield connect
    for transport in made:
        await transport.aclose()


@pytest.fixture
def transport(connect):
    """With more patience than a busy machine needs."""
    return connect(timeouts=Timeouts(first_byte=20, silence=20, total=60))


@pytest.fixture
def hurried(connect):
    """For what never comes."""
    return connect(timeouts=Timeouts(first_byte=0.05, silence=0.05, total=60))


@pytest.fixture
def chat(transport):
    return Chat(transport, catalogue.load())
