"""The page's own memory of who said what. Each thread is kept under the person who began it, so
nobody else's can be named.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypeAlias
from weakref import WeakValueDictionary

import msgspec

from adapters.page.wire import Answer, Change, Gone, NewPost, Post, Posts, ThreadLine
from bot.ports import State

Watcher: TypeAlias = Callable[[Answer], None]

_LONGEST_TITLE = 60  # characters
_ENCODER = msgspec.json.Encoder()


class Thread:
    """The posts of one thread as they stand now, and who watches."""

    def __init__(self, state: State, person: str, thread: str) -> None:
        self.id = thread
        self.posts: dict[str, Post] = {}
        self.watchers: set[Watcher] = set()
        self._state = state
        self._prefix = f"page/posts/{person}/{thread}/"
        self._loading = asyncio.Lock()
        self._loaded = False

    async def load(self) -> None:
        async with self._loading:
            if self._loaded:
                return
            for _, value in await self._state.scan(self._prefix):
                post = msgspec.json.decode(value, type=Post)
                self.posts[post.id] = post
            self._loaded = True

    def whole(self) -> Posts:
        return Posts(self.id, tuple(sorted(self.posts.values(), key=lambda post: post.at)))

    def add(self, post: Post) -> None:
        self.posts[post.id] = post
        self.tell(NewPost(self.id, post))

    def tell(self, answer: NewPost | Change) -> None:
        for watcher in tuple(self.watchers):
            watcher(answer)

    async def keep(self, post: Post) -> None:
        """Durable when it returns. A status sign is of the moment and not kept."""
        value = _ENCODER.encode(msgspec.structs.replace(post, status=""))
        await self._state.put(self._prefix + post.id, value.decode())

    async def drop(self, post: Post) -> None:
        del self.posts[post.id]
        for watcher in tuple(self.watchers):
            watcher(Gone(self.id, post.id))
        await self._state.delete(self._prefix + post.id)


class Threads:
    """All threads; in memory only those that somebody watches or Parley answers in."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._held: WeakValueDictionary[tuple[str, str], Thread] = WeakValueDictionary()

    async def open(self, person: str, thread: str) -> Thread:
        held = self._held.get((person, thread))
        if held is None:
            held = self._held[person, thread] = Thread(self._state, person, thread)
        await held.load()
        return held

    async def of(self, person: str) -> tuple[ThreadLine, ...]:
        """Newest first."""
        rows = await self._state.scan(f"page/threads/{person}/")
        lines = [msgspec.json.decode(value, type=ThreadLine) for _, value in rows]
        return tuple(sorted(lines, key=lambda line: -line.at))

    async def begin(self, person: str, thread: str, text: str) -> ThreadLine:
        line = ThreadLine(thread, _title(text), time.time())
        value = _ENCODER.encode(line).decode()
        await self._state.put(f"page/threads/{person}/{thread}", value)
        return line


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"
