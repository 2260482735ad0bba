"""The page's own memory of who said what. Each thread is kept under its home: the person who began
it, so nobody else's can be named, or the channel.
"""

import asyncio
import time
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from msgspec import UNSET

from adapters.page import sight
from adapters.page.channels import shared
from adapters.page.post import Post
from adapters.page.shelf import Shelf
from adapters.page.timeline import Timeline, Watchers
from adapters.page.wire import Change, Gone, NewPost, News, Posts, ThreadLine
from bot.ports import State

_LONGEST_TITLE = 60  # characters
_SHOWN = 100  # threads of a channel
_ENCODER = msgspec.json.Encoder()


class Thread:
    """The posts of one thread as they stand now, and who watches."""

    def __init__(
        self, state: State, shelf: Shelf, home: str, thread: str, timeline: Timeline | None
    ) -> None:
        self.id, self.home = thread, home
        self.shelf = shelf
        self.posts: dict[str, Post] = {}
        self.watchers: Watchers = {}
        self._timeline = timeline
        self._state = state
        self._prefix = f"{_posts(home)}{thread}/"
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

    @property
    def root(self) -> Post | None:
        """What it begins with; None where that was deleted."""
        return self.posts.get(self.id)

    @property
    def said(self) -> list[Post]:
        """By people."""
        return [post for post in self.posts.values() if post.by != "parley"]

    @property
    def replies(self) -> int:
        """How many posts of it anybody can see, but for the first."""
        return sum(
            1 for p in self.posts.values() if p.id != self.id and sight.seen(p, sight.ANYBODY)
        )

    def whole(self, person: str) -> Posts:
        """In their order, as this person sees them."""
        ordered = sorted(self.posts.values(), key=lambda post: post.at)
        if self._timeline is None:
            return Posts(self.id, tuple(ordered))
        return Posts(self.id, tuple(p for post in ordered if (p := sight.seen(post, person))))

    def add(self, post: Post) -> None:
        self.posts[post.id] = post
        self._tell(NewPost(self.id, post), post)

    def change(self, post: Post, **new: Any) -> None:
        """Set these fields of the post, and tell: of a text that grew, by what."""
        change = Change(self.id, post.id, **new)
        if "text" in new and new["text"].startswith(post.text):
            change.append, change.text = new["text"][len(post.text) :], UNSET
        for name, value in new.items():
            setattr(post, name, value)
        self._tell(change, post)

    def _tell(self, news: News, post: Post) -> None:
        for watcher, person in tuple(self.watchers.items()):
            if heard := sight.told(news, post, person) if self._timeline else news:
                watcher(heard)
        if self._timeline:
            self._timeline.heard(self, news, post)

    async def keep(self, post: Post) -> None:
        """Durable when it returns. What is of the moment is not kept."""
        value = _ENCODER.encode(msgspec.structs.replace(post, status="", aside=""))
        await self._state.put(self._prefix + post.id, value.decode())

    async def drop(self, post: Post) -> None:
        """With its files."""
        self.posts.pop(post.id, None)
        self._tell(Gone(self.id, post.id), post)
        await self._state.delete(self._prefix + post.id)
        await self.shelf.drop(self.home, post.id)

    async def erase(self, post: Post) -> None:
        """What others have answered leaves a sign that something was said."""
        others = any(p.by not in {post.by, "parley"} for p in self.posts.values())
        await (self.bury(post) if post is self.root and others else self.drop(post))

    async def bury(self, post: Post) -> None:
        """What it said is gone with its files; that something was said stays."""
        self.change(post, text="", media=(), gone=True)
        await self.keep(post)
        await self.shelf.drop(self.home, post.id)


class Threads:
    """All threads; in memory only those that somebody watches or Parley answers in."""

    def __init__(self, state: State, shelf: Shelf) -> None:
        self._state, self._shelf = state, shelf
        self._held: WeakValueDictionary[tuple[str, str], Thread] = WeakValueDictionary()
        self._timelines: WeakValueDictionary[str, Timeline] = WeakValueDictionary()

    async def open(self, home: str, thread: str) -> Thread:
        held = self._held.get((home, thread))
        if held is None:
            timeline = self._timeline(home) if shared(home) else None
            held = Thread(self._state, self._shelf, home, thread, timeline)
            self._held[home, thread] = held
        await held.load()
        return held

    async def timeline(self, channel: str) -> Timeline:
        held = self._timeline(channel)
        async with held.loading:
            if not held.loaded:
                for line in (await self.of(channel))[:_SHOWN]:
                    held.threads[line.id] = await self.open(channel, line.id)
            held.loaded = True
        return held

    def _timeline(self, channel: str) -> Timeline:
        return self._timelines.setdefault(channel, Timeline(channel))

    async def of(self, home: str) -> tuple[ThreadLine, ...]:
        """Newest first."""
        rows = await self._state.scan(f"page/threads/{home}/")
        lines = [msgspec.json.decode(value, type=ThreadLine) for _, value in rows]
        return tuple(sorted(lines, key=lambda line: -line.at))

    async def entitle(self, home: str, thread: str, name: str) -> ThreadLine:
        """A thread is in the list from its first name on, and keeps its place with another."""
        key = f"page/threads/{home}/{thread}"
        kept = await self._state.get(key)
        at = msgspec.json.decode(kept, type=ThreadLine).at if kept else time.time()
        line = ThreadLine(thread, name, at)
        await self._state.put(key, _ENCODER.encode(line).decode())
        return line

    async def rows(self, home: str) -> list[tuple[str, str]]:
        """All that was said there: the thread's id, and the post as it is kept."""
        rows = await self._state.scan(_posts(home))
        return [(key.removeprefix(_posts(home)).partition("/")[0], row) for key, row in rows]


def _posts(home: str) -> str:
    return f"page/posts/{home}/"


def title(post: Post) -> str:
    """The beginning of what it says, or else what came with it."""
    line = " ".join(post.text.split()) or ", ".join(medium.name for medium in post.media)
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"
