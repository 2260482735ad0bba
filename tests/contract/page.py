"""The page as the contract suite sees it. Everything said there is said to Parley, and a person's
threads are theirs alone.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence

import pytest

from adapters.page.connect import connect
from adapters.page.settings import Settings
from bot.http.server import Server
from bot.ports import Adapter, Ground, State
from tests.contract.world import Post
from tests.fakes.page_client import PageClient
from tests.fakes.state import MemoryState

PERSON = {"ada": "ada", "bob": "grace"}  # whom the page lets one be


class PageWorld:
    adapter: Adapter
    interval = 0.06

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], PageClient] = {}  # one a person and thread
        self._said: dict[str, tuple[str, str, PageClient, dict]] = {}  # by whom, where, what
        self._last = ""
        self._port = 0
        self._changed = asyncio.Event()

    async def connect(self, state: State | None = None) -> None:
        self.state = Forgetful(state or MemoryState())
        self._server = Server("127.0.0.1", self._port, self._health)
        ground = Ground(self.state, self._server.app, loopback=True, sandbox=True)
        self.adapter = connect(Settings(_env_file=None), ground)
        await self._server.start()
        self._port = int(self._server.address.rpartition(":")[2])
        for by, thread in self._windows:
            await self._window(by, thread, anew=True)

    async def disconnect(self) -> None:
        for window in self._windows.values():
            await window.cut()
        await self._server.stop()

    async def aclose(self) -> None:
        for window in self._windows.values():
            await window.aclose()
        await self.adapter.close()
        await self._server.stop()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        said = uuid.uuid4().hex
        window = await self._window(by, thread or said)
        message = {"type": "say", "id": said, "thread": thread or said, "text": text}
        await self._send(window, by, message)
        return said

    async def direct(self, text: str, *, by: str = "ada") -> str:
        return await self.mention(text, by=by)

    async def say(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        if not thread:
            pytest.skip("what is said on the page is said to Parley")
        return await self.mention(text, by=by, thread=thread)

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> None:
        await self.mention(f"/{command} {text}".strip(), by=by)

    async def press(self, label: str, *, post: str, by: str = "ada") -> None:
        window, thread = next((w, t) for (_, t), w in self._windows.items() if post in w.posts)
        button = next(b["id"] for b in window.posts[post]["buttons"] if b["label"] == label)
        press = {"type": "press", "id": uuid.uuid4().hex, "thread": thread, "button": button}
        await self._send(await self._window(by, thread), by, press)

    async def redeliver(self) -> None:
        by, thread, _, message = self._said[self._last]
        await self._windows[by, thread].send(message)

    async def redeliver_unacknowledged(self) -> None:
        """As the real page does."""
        for said, (by, thread, first, message) in self._said.items():
            window = self._windows[by, thread]
            if window is first:
                await window.answered(said)
            if not any(m["type"] == "got" and m["id"] == said for m in window.heard):
                await window.send(message)

    async def drop(self) -> None:
        for (by, thread), window in tuple(self._windows.items()):
            await window.cut()
            await self._window(by, thread, anew=True)
        await self.redeliver_unacknowledged()

    def lose_next_answer(self) -> None:
        self.state.lose = '"by":"parley"'

    def limit_next(self, seconds: float = 0.01) -> None:
        """The page has no limit."""

    def stall(self, *, by: str = "ada") -> None:
        pytest.skip("nothing that the page writes waits for a person")

    def release(self) -> None:
        """Nothing is stalled."""

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def posts(self) -> Sequence[Post]:
        found = [
            (answer["at"], post)
            for (by, thread), window in self._windows.items()
            for answer in window.answers
            for post in _posts(answer, thread, by)
        ]
        return [post for _, post in sorted(found, key=lambda pair: pair[0])]

    def calls(self) -> int:
        return sum(window.updates for window in self._windows.values())

    def called(self) -> Sequence[str]:
        """The page notifies nobody."""
        return []

    async def _window(self, by: str, thread: str, *, anew: bool = False) -> PageClient:
        if anew or (by, thread) not in self._windows:
            window = PageClient(self._server.address, told=self._changed.set)
            await window.connect(PERSON[by])
            await window.open(thread)
            self._windows[by, thread] = window
        return self._windows[by, thread]

    async def _send(self, window: PageClient, by: str, message: dict) -> None:
        self._last = message["id"]
        self._said[self._last] = (by, message["thread"], window, message)
        await window.send(message)

    async def _health(self) -> dict[str, str]:
        return {}


def _posts(answer: dict, thread: str, by: str) -> list[Post]:
    """A notice is a post of its own for its one reader."""
    labels = tuple(button["label"] for button in answer["buttons"])
    to = by if answer["private"] else ""
    posts = [Post(answer["id"], thread, answer["text"], labels, to)] if answer["text"] else []
    return posts + [
        Post(f"{answer['id']}:{number}", thread, sentence, (), by)
        for number, sentence in enumerate(answer["notices"])
    ]


class Forgetful:
    """A State that stores what its caller believes to be lost."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.lose = ""  # the next put that has this in it is stored, but its caller gets an error
        self.get, self.delete, self.scan = state.get, state.delete, state.scan

    async def put(self, key: str, value: str) -> None:
        await self._state.put(key, value)
        if self.lose and self.lose in value:
            self.lose = ""
            raise OSError("the answer was lost")
