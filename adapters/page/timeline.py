"""A channel at a glance: what each of its threads begins with, and how many replies there are."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeAlias

from msgspec import UNSET
from msgspec.structs import replace

from adapters.page import sight
from adapters.page.post import Post
from adapters.page.wire import Answer, Change, Gone, NewPost, News, Posts

Watchers: TypeAlias = dict[Callable[[Answer], None], str]
"""How somebody is told, and who it is."""


class _Thread(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def root(self) -> Post | None: ...
    @property
    def replies(self) -> int: ...


class Timeline:
    """The threads are told of by themselves; `threads.Threads` finds the older ones."""

    def __init__(self, channel: str) -> None:
        self.id = channel
        self.watchers: Watchers = {}
        self.threads: dict[str, _Thread] = {}
        self.loading = asyncio.Lock()
        self.loaded = False

    def whole(self, person: str) -> Posts:
        roots = (_counted(root, t) for t in self.threads.values() if (root := t.root))
        shown = (p for root in roots if (p := sight.seen(root, person)))
        return Posts(self.id, tuple(sorted(shown, key=lambda post: post.at)))

    def heard(self, thread: _Thread, news: News, post: Post) -> None:
        if post.id != thread.id:
            self._count(thread, news)
            return
        self.threads[thread.id] = thread
        if isinstance(news, NewPost):
            news = NewPost(self.id, _counted(post, thread))
        self._tell(replace(news, thread=self.id), _counted(post, thread))

    def _count(self, thread: _Thread, news: News) -> None:
        """What only grows is counted already."""
        grows = isinstance(news, Change) and news.done is UNSET
        if thread.root and not grows:
            self._tell(Change(self.id, thread.id, replies=thread.replies), thread.root)

    def _tell(self, news: NewPost | Change | Gone, post: Post) -> None:
        for watcher, person in tuple(self.watchers.items()):
            if heard := sight.told(news, post, person):
                watcher(heard)


def _counted(root: Post, thread: _Thread) -> Post:
    return replace(root, replies=thread.replies)
