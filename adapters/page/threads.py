"""The page's own memory of who said what. Each thread is kept under the person who began it, so
nobody else's can be named.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import msgspec
from msgspec import UNSET

from adapters.page.post import Post
from adapters.page.shelf import Shelf
from adapters.page.wire import Answer, Change, Gone, NewPost, Posts, ThreadLine
from bot.ports import State

Watcher: TypeAlias = Callable[[Answer], None]

_LONGEST_TITLE = 60  # characters
_ENCODER = msgspec.json.Encoder()


class Thread:
    """The posts of one thread as they stand now, and who watches."""

    def __init__(self, state: State, shelf: Shelf, person: str, thread: str) -> None:
        self.id, self.person = thread, person
        self.shelf = shelf
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

    def change(self, post: Post, **new: Any) -> None:
        """Set these fields of the post, and tell: of a text that grew, by what."""
        change = Change(self.id, post.id, **new)
        if "text" in new and new["text"].startswith(post.text):
            change.append, change.text = new["text"][len(post.text) :], UNSET
        for name, value in new.items():
            setattr(post, name, value)
        self.tell(change)

    def tell(self, answer: NewPost | Change | Gone) -> None:
        for watcher in tuple(self.watchers):
            watcher(answer)

    async def keep(self, post: Post) -> None:
        """Durable when it returns. What is of the moment is not kept."""
        value = _ENCODER.encode(msgspec.structs.replace(post, status="", aside=""))
        await self._state.put(self._prefix + post.id, value.decode())

    async def drop(self, post: Post) -> None:
        """With its files."""
        self.posts.pop(post.id, None)
        self.tell(Gone(self.id, post.id))
        await self._state.delete(self._prefix + post.id)
        await self.shelf.drop(self.person, post.id)


class Threads:
    """All threads; in memory only those that somebody watches or Parley answers in."""

    def __init__(self, state: State, shelf: Shelf) -> None:
        self._state, self._shelf = state, shelf
        self._held: WeakValueDictionary[tuple[str, str], Thread] = WeakValueDictionary()

    async def open(self, person: str, thread: str) -> Thread:
        held = self._held.get((person, thread))
        if held is None:
            held = self._held[person, thread] = Thread(self._state, self._shelf, person, thread)
        await held.load()
        return held

    async def of(self, person: str) -> tuple[ThreadLine, ...]:
        """Newest first."""
        rows = await self._state.scan(f"page/threads/{person}/")
        lines = [msgspec.json.decode(value, type=ThreadLine) for _, value in rows]
        return tuple(sorted(lines, key=lambda line: -line.at))

    async def entitle(self, person: str, thread: str, name: str) -> ThreadLine:
        """A thread is in the list from its first name on, and keeps its place with another."""
        key = f"page/threads/{person}/{thread}"
        kept = await self._state.get(key)
        at = msgspec.json.decode(kept, type=ThreadLine).at if kept else time.time()
        line = ThreadLine(thread, name, at)
        await self._state.put(key, _ENCODER.encode(line).decode())
        return line


def title(post: Post) -> str:
    """The beginning of what it says, or else what came with it."""
    line = " ".join(post.text.split()) or ", ".join(medium.name for medium in post.media)
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"
