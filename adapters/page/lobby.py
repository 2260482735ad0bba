"""What every visit to the page shares."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.page.channels import Channels
from adapters.page.login import Identity
from adapters.page.shelf import Shelf
from adapters.page.silence import Silence
from adapters.page.socket import Socket
from adapters.page.threads import Thread, Threads, title
from adapters.page.wire import Answer
from bot.commands import Commands, Suggest
from bot.ports import Accept

_EMPTY = "Empty conversation"


@dataclass
class Lobby:
    identity: Identity
    threads: Threads
    shelf: Shelf
    channels: Channels
    silence: Silence
    label: str  # what answers, for people to read
    accept: Accept | None = None  # while Parley takes something in
    suggest: Suggest | None = None
    commands: Commands = field(default_factory=lambda: Commands(()))
    running: asyncio.Event = field(default_factory=asyncio.Event)  # the commands are known
    coming: dict[str, asyncio.Future[None]] = field(default_factory=dict)  # posts, by their ids
    present: dict[Socket, str] = field(default_factory=dict)  # who sits before it

    def tell(self, person: str, answer: Answer) -> None:
        """All browsers of this person."""
        for socket, who in self.present.items():
            if who == person:
                socket.tell(answer)

    @contextmanager
    def showing(self, post: str) -> Iterator[None]:
        """Parley hears of a post before it is shown, and may want to do something about it."""
        self.coming[post] = shown = asyncio.get_running_loop().create_future()
        try:
            yield
        finally:
            shown.set_result(None)
            self.coming.pop(post, None)

    async def entitle(self, thread: Thread) -> None:
        """What is not said any more must not stand in the list either."""
        first = min(thread.said, key=lambda post: post.at, default=None)
        await self.list(thread, title(first) if first else _EMPTY)

    async def list(self, thread: Thread, name: str) -> None:
        line = await self.threads.entitle(thread.home, thread.id, name)
        self.tell(thread.home, line)

    def tell_all(self, answer: Answer) -> None:
        for socket in self.present:
            socket.tell(answer)
