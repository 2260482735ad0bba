"""What every visit to the page shares."""

import asyncio
from dataclasses import dataclass, field

from adapters.page.channels import Channels
from adapters.page.login import Identity
from adapters.page.shelf import Shelf
from adapters.page.socket import Socket
from adapters.page.threads import Threads
from adapters.page.wire import Answer
from bot.commands import Commands, Suggest
from bot.ports import Accept


@dataclass
class Lobby:
    identity: Identity
    threads: Threads
    shelf: Shelf
    channels: Channels
    label: str  # what answers, for people to read
    accept: Accept | None = None  # while Parley takes something in
    suggest: Suggest | None = None
    commands: Commands = field(default_factory=lambda: Commands(()))
    running: asyncio.Event = field(default_factory=asyncio.Event)  # the commands are known
    present: dict[Socket, str] = field(default_factory=dict)  # who sits before it

    def tell(self, person: str, answer: Answer) -> None:
        """All browsers of this person."""
        for socket, who in self.present.items():
            if who == person:
                socket.tell(answer)

    def tell_all(self, answer: Answer) -> None:
        for socket in self.present:
            socket.tell(answer)
