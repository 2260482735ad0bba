"""The page as the contract suite sees it. Everything said there is said to Parley, and a person's
threads are theirs alone.
"""

import uuid
from collections.abc import Sequence

import pytest

from adapters.page.connect import connect
from adapters.page.settings import Settings
from bot.http.server import Server
from bot.ports import Adapter, Ground
from tests.contract.world import Post
from tests.fakes.page_client import PageClient
from tests.fakes.state import MemoryState

PERSON = {"ada": "ada", "bob": "grace"}  # whom the page lets one be


class PageWorld:
    adapter: Adapter

    def __init__(self) -> None:
        self.state = MemoryState()
        self._windows: dict[tuple[str, str], PageClient] = {}  # one a person and thread
        self._last: tuple[PageClient, dict] | None = None

    async def connect(self) -> None:
        self._server = Server("127.0.0.1", 0, self._health)
        ground = Ground(self.state, self._server.app, loopback=True, sandbox=True)
        self.adapter = connect(Settings(_env_file=None), ground)
        await self._server.start()

    async def aclose(self) -> None:
        for window in self._windows.values():
            await window.aclose()
        await self.adapter.close()
        await self._server.stop()

    async def mention(self, text: str, *, by: str = "ada", thread: str = "") -> str:
        said = uuid.uuid4().hex
        window = await self._window(by, thread or said)
        message = {"type": "say", "id": said, "thread": thread or said, "text": text}
        await self._send(window, message)
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
        await self._send(await self._window(by, thread), press)

    async def redeliver(self) -> None:
        window, message = self._last
        await window.send(message)

    async def drop(self) -> None:
        """As the real page does, each window comes back and sends what was not acknowledged."""
        for (by, thread), window in tuple(self._windows.items()):
            await window.cut()
            self._windows[by, thread] = anew = await self._window(by, thread, anew=True)
            if self._last and self._last[0] is window:
                await self._send(anew, self._last[1])

    def lose_next_answer(self) -> None:
        self.state.lose = "page/posts/"

    def limit_next(self, seconds: float = 0.01) -> None:
        """The page has no limit."""

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

    async def _window(self, by: str, thread: str, *, anew: bool = False) -> PageClient:
        if anew or (by, thread) not in self._windows:
            window = await PageClient(self._server.address).connect(PERSON[by])
            await window.open(thread)
            self._windows[by, thread] = window
        return self._windows[by, thread]

    async def _send(self, window: PageClient, message: dict) -> None:
        self._last = (window, message)
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
