"""People on both platforms who keep asking, the model that answers them, and what they see."""

import asyncio
import itertools
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.chaos.process import Parley
from tests.fakes import slack_wire
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai import FakeOpenAI
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_web import BOT

PEOPLE = ("ada", "bob", "cleo", "dan", "eve", "finn")


@dataclass(frozen=True)
class Question:
    """The model answers `q7 word word … end7` with just these words."""

    number: int
    place: str  # where its answer belongs: `slack/C1/<root>`, `discord/<thread or channel>`
    root: str  # what a reply in this thread is said to; "" where there are no threads

    @property
    def first_word(self) -> str:
        return f"q{self.number}"

    @property
    def last_word(self) -> str:
        return f"end{self.number}"


@dataclass(frozen=True)
class Post:
    """One message of Parley's, as it stands."""

    place: str
    text: str
    buttons: tuple[str, ...]
    private: bool


class World:
    """Answers have `words` words and two, one every `interval` seconds after some `thinking`."""

    def __init__(self, folder: Path, *, words: int, interval: float, thinking: float) -> None:
        self.slack = FakeSlack(patience=0.5)
        self.discord = FakeDiscord()
        self.openai = FakeOpenAI(interval=interval)
        self.openai.thinking, self.openai.echo = thinking, ""
        self.questions: list[Question] = []
        self._folder = folder
        self._words = words
        self._chance = random.Random(1)
        self._numbers = itertools.count(1)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for server in (self.slack, self.discord, self.openai):
            await self._stack.enter_async_context(server)
        environment = self.slack.environment | self.discord.environment
        environment |= {"OPENAI_BASE_URL": self.openai.url, "OPENAI_API_KEY": self.openai.key}
        self.parley = Parley(self._folder, environment)
        self._stack.push_async_callback(self.parley.kill)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def start(self) -> None:
        """A new life, once both platforms have noticed the end of the last."""
        await until(lambda: not self.slack.socket.connections)
        await until(lambda: not self.discord.gateway.connected)
        await self.parley.start()

    async def listened_to(self) -> None:
        """Parley is connected to both platforms."""
        await until(lambda: self.slack.socket.connections and self.discord.gateway.connected)

    async def introduced(self) -> None:
        """Everybody has spoken to Parley alone. Discord lists no bot's direct messages: those of
        a person who never wrote before, while Parley is dead, cannot be found.
        """
        for person in PEOPLE:
            await self.direct_on_discord(person)
        await until(lambda: len(self.posts()) == len(PEOPLE))

    # What people do

    async def ask(self) -> None:
        """Somebody asks somewhere, as it happens."""
        ways = (
            self.mention_on_slack, self.direct_on_slack, self.mention_on_discord,
            self.direct_on_discord, self._reply,
        )  # fmt: skip
        way = self._chance.choices(ways, (8, 6, 8, 1, 4))[0]
        await way(self._chance.choice(PEOPLE))

    async def mention_on_slack(self, by: str) -> None:
        number, text = self._next()
        ts = await self.slack.mention(text, by=by)
        self.questions.append(Question(number, f"slack/C1/{ts}", ts))

    async def direct_on_slack(self, by: str) -> None:
        number, text = self._next()
        ts = await self.slack.direct(text, by=by)
        self.questions.append(Question(number, f"slack/D{by.upper()}/{ts}", ""))

    async def mention_on_discord(self, by: str) -> None:
        number, text = self._next()
        root = await self.discord.mention(text, by=by)
        self.questions.append(Question(number, f"discord/{root}", root))

    async def direct_on_discord(self, by: str) -> None:
        number, text = self._next()
        await self.discord.direct(text, by=by)
        store = self.discord.store
        channel = store.direct(store.person(by))["id"]
        self.questions.append(Question(number, f"discord/{channel}", ""))

    async def reply(self, to: Question, by: str) -> None:
        """In a thread in which Parley has answered, so it needs no mention."""
        number, text = self._next()
        await self._platform(to).say(text, by=by, thread=to.root)
        self.questions.append(Question(number, to.place, ""))

    async def _reply(self, by: str) -> None:
        answered = {post.place for post in self.posts() if not post.private}
        recent = [q for q in self.questions[-60:] if q.root and q.place in answered]
        if recent:
            await self.reply(self._chance.choice(recent), by)

    def _platform(self, question: Question) -> FakeSlack | FakeDiscord:
        return self.slack if question.place.startswith("slack") else self.discord

    def _next(self) -> tuple[int, str]:
        number = next(self._numbers)
        words = " ".join(f"word{n}" for n in range(self._words))
        return number, f"q{number} {words} end{number}"

    # What people see

    def posts(self) -> list[Post]:
        return [*self._on_slack(), *self._on_discord()]

    def _on_slack(self) -> list[Post]:
        posts = []
        for message in self.slack.api.messages:
            if message["user"] == BOT:
                seen = slack_wire.post(message)
                place = f"slack/{message['channel']}/{seen.thread}"
                posts.append(Post(place, seen.text, seen.buttons, bool(seen.private_to)))
        return posts

    def _on_discord(self) -> list[Post]:
        store = self.discord.store
        return [
            Post(
                f"discord/{channel}",
                message["content"],
                tuple(b["label"] for row in message["components"] for b in row["components"]),
                bool(message.get("_private_to")),
            )
            for channel, messages in store.messages.items()
            for message in messages.values()
            if message["author"] is store.me
        ]


async def until(holds: Callable[[], object], seconds: float = 20.0, pause: float = 0.002) -> None:
    """Looked at every `pause`: what is waited for happens in two processes and three servers."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(pause)
