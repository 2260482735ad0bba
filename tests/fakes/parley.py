"""Parley's inside as an adapter sees it, with answers from a script: no storage, no model."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import NotAccepted
from bot.events import Event, Stop
from bot.ports import Adapter, Delivery
from bot.screen import Screen


@dataclass
class MemoryLog:
    known: dict = field(default_factory=dict)

    async def intend(self, key):
        self.known.setdefault(key, None)

    async def landed(self, key, native_id):
        self.known[key] = native_id

    async def removed(self, key):
        self.known.pop(key, None)


async def suggest_nothing(_typing):
    """ports.Suggest"""
    return ()


Script = Callable[["ScriptedParley", Event, Screen], Awaitable[None]]


class ScriptedParley:
    """accept() keeps each event once and answers it by the script."""

    def __init__(self, adapter: Adapter, script: Script) -> None:
        self.adapter = adapter
        self.script = script
        self.events: dict[str, Event] = {}
        self.refuse = ""  # a sentence: nothing is accepted
        self.private: set[str] = set()  # commands that answer the asker alone
        self.stops: dict[str, asyncio.Event] = {}
        self.logs: dict[str, MemoryLog] = {}
        self._tasks: set[asyncio.Task] = set()

    async def accept(self, event):
        if self.refuse:
            raise NotAccepted(self.refuse)
        if event.id in self.events:
            return "duplicate"
        self.events[event.id] = event
        if isinstance(event, Stop):
            self.stops[event.delivery].set()
        else:
            self._begin(event)
        return "accepted"

    async def settled(self):
        """Everything that was begun is answered."""
        await asyncio.gather(*self._tasks)

    async def aclose(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stopped(self, delivery: str) -> asyncio.Event:
        return self.stops.setdefault(delivery, asyncio.Event())

    def delivery(self, event, *, private=False):
        said = getattr(event, "message", event.id)  # an edit or a deletion names what was said
        id_ = getattr(event, "of", "") or hashlib.sha256(said.encode()).hexdigest()[:12]
        log = self.logs.setdefault(id_, MemoryLog())
        return Delivery(id_, id_, event.place, event.author, private, "", event.source, log)

    def _begin(self, event):
        task = asyncio.create_task(self._answer(event))
        self._tasks.add(task)

    async def _answer(self, event):
        screen = Screen()
        delivery = self.delivery(event, private=getattr(event, "command", "") in self.private)
        self.stopped(delivery.id).clear()
        delivering = asyncio.create_task(self.adapter.deliver(delivery, screen))
        try:
            await self.script(self, event, screen, self.stopped(delivery.id))
            screen.finish()
            await delivering
        finally:
            delivering.cancel()
