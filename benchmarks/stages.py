"""The platforms of the tests, as the benchmarks use them: rooms in which somebody asks, and the
moment at which the answer is first seen.
"""

import asyncio
import itertools
import re
from time import monotonic
from typing import Any, Protocol, Self

from aiohttp import web

from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_wire import body_of

PATIENCE = 60.0  # seconds for any one thing to happen
PEOPLE = 20  # who ask in turn


class Stage(Protocol):
    """A room is a thread; a bot answers one question after the other in it."""

    name: str
    fake: Any

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *error: object) -> None: ...

    async def connected(self) -> None:
        """Wait until a bot listens."""
        ...

    async def room(self) -> str: ...

    async def ask(self, room: str, text: str) -> float:
        """Seconds from the question to the first post, as the platform gets it."""
        ...

    async def stall(self) -> None:
        """Questions in a channel of their own, in which all that a bot writes hangs."""
        ...

    def said(self, room: str) -> str:
        """The last post in the room as it stands."""
        ...

    @property
    def writes(self) -> int: ...

    def forget(self) -> None:
        """What was said, so that this process stays small."""
        ...


class Posts:
    """First posts that are waited for, by room."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._people = itertools.cycle(f"p{number}" for number in range(PEOPLE))
        self.stalled = "-"  # the channel in which everything hangs

    def person(self) -> str:
        return next(self._people)

    def expect(self, room: str) -> asyncio.Future[float]:
        self._waiting[room] = asyncio.get_running_loop().create_future()
        return self._waiting[room]

    def seen(self, room: str) -> None:
        if (waiting := self._waiting.pop(room, None)) and not waiting.done():
            waiting.set_result(monotonic())

    async def hang(self) -> None:
        await asyncio.Event().wait()


class _Slack(FakeSlack):
    posts_seen: Posts

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request)
        if body.get("channel", body.get("channel_id")) == self.posts_seen.stalled:
            await self.posts_seen.hang()
        if request.match_info["method"] == "chat.postMessage":
            self.posts_seen.seen(str(body.get("thread_ts")))
        return await super()._serve(request)


class SlackStage:
    name = "Slack"

    def __init__(self) -> None:
        self.fake = _Slack()
        self.fake.posts_seen = self._posts = Posts()

    async def __aenter__(self) -> Self:
        await self.fake.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.fake.__aexit__(*error)

    async def connected(self) -> None:
        await asyncio.wait_for(self.fake.socket.opened.wait(), PATIENCE)

    async def room(self) -> str:
        return str(self.fake.api.store("C1", "UHOST", text="topic")["ts"])

    async def ask(self, room: str, text: str) -> float:
        post, began = self._posts.expect(room), monotonic()
        await self.fake.mention(text, by=self._posts.person(), thread=room)
        return await asyncio.wait_for(post, PATIENCE) - began

    async def stall(self) -> None:
        self._posts.stalled = "DSTALLED"
        for _ in range(STALLED):
            await self.fake.direct("hello", by="stalled")

    def said(self, room: str) -> str:
        posts = (p.text for p in reversed(self.fake.posts()) if p.thread == room)
        return next(posts, "")

    @property
    def writes(self) -> int:
        return self.fake.calls()

    def forget(self) -> None:
        self.fake.api.messages[:] = [m for m in self.fake.api.messages if m["user"] == "UHOST"]
        self.fake.socket.envelopes.clear()
        self.fake.socket._timers.clear()


class _Discord(FakeDiscord):
    posts_seen: Posts
    called_back: asyncio.Future[float] | None = None  # when the next command is acknowledged

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if self.called_back and path.endswith("/callback") and not self.called_back.done():
            self.called_back.set_result(monotonic())
        if self.posts_seen.stalled in path:
            await self.posts_seen.hang()
        if request.method == "POST" and (post := re.fullmatch(r"/channels/(\d+)/messages", path)):
            self.posts_seen.seen(post[1])
        return await super()._serve(request)


class DiscordStage:
    name = "Discord"

    def __init__(self) -> None:
        self.fake = _Discord()
        self.fake.posts_seen = self._posts = Posts()

    async def __aenter__(self) -> Self:
        await self.fake.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.fake.__aexit__(*error)

    async def connected(self) -> None:
        await self.fake.until(lambda: self.fake.gateway.connected, PATIENCE)

    async def room(self) -> str:
        store = self.fake.store
        root = store.post(store.general, store.person("host"), {"content": "topic"})
        return await self.fake._thread(root["id"])

    async def ask(self, room: str, text: str) -> float:
        post, began = self._posts.expect(room), monotonic()
        await self.fake.mention(text, by=self._posts.person(), thread=room)
        return await asyncio.wait_for(post, PATIENCE) - began

    async def stall(self) -> None:
        self._posts.stalled = await self.room()
        for _ in range(STALLED):
            await self.fake.mention("hello", thread=self._posts.stalled)

    def said(self, room: str) -> str:
        messages = reversed(self.fake.store.messages[room].values())
        return next((m["content"] for m in messages if m["author"] is self.fake.store.me), "")

    @property
    def writes(self) -> int:
        return self.fake.writes

    def forget(self) -> None:
        for messages in self.fake.store.messages.values():
            messages.clear()
        if session := self.fake.gateway.session:
            session.events.clear()


STALLED = 5  # questions in the channel that hangs
