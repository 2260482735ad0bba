"""One turn from its inbox row to its last word: route, run, deliver, finish."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from functools import partial

from bot.commands import Handler
from bot.dispatch.answering import Answering
from bot.dispatch.log import OutboxLog
from bot.dispatch.once import once
from bot.dispatch.router import Route, Router
from bot.dispatch.slots import Slots
from bot.events import Deleted, Place, Stop
from bot.parts import Reply, Text
from bot.ports import Adapter, Delivery
from bot.run import Run, StopReason
from bot.screen import Screen
from bot.storage.inbox import Taken
from bot.storage.store import Storage

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4  # answers begun for one turn, over crashes
HISTORY = 100  # messages of a thread that Parley is called into
PATIENCE = 0.5  # seconds that what is new waits behind what is recovered: the process may die again


class Turns:
    def __init__(
        self,
        storage: Storage,
        router: Router,
        layers: Callable[[Handler], Handler],
        adapters: Mapping[str, Adapter],
    ) -> None:
        self._storage = storage
        self._router = router
        self._layers = layers
        self._adapters = adapters
        self._asking_anew = Slots()
        self._ending = Slots()
        self._closed = False
        self._answering: dict[str, Answering] = {}
        self._silent: set[asyncio.Task[None]] = set()

    def stop(self, what: str | Place, reason: StopReason) -> None:
        """The answers that are being written into this delivery's posts, or in this place."""
        for answering in tuple(self._answering.values()):
            if what in {answering.delivery.id, answering.delivery.place}:
                answering.stop(reason)

    def lane(self, taken: Taken) -> str:
        """What must wait for what: turns of a thread for each other. What is for the asker alone
        changes nothing in the thread, and waits for nobody.
        """
        private = not isinstance(taken.event, Stop) and self._router.route(taken.event).private
        return taken.delivery if private else taken.event.place.key

    async def answer(self, taken: Taken) -> None:
        platform = taken.event.place.platform
        if not (adapter := self._adapters.get(platform)):
            return log.warning("%s stays in the inbox: no %s here", taken.delivery, platform)
        if not isinstance(taken.event, Stop):
            route = self._router.route(taken.event)
            if route.silent:
                return await self._silently(taken, route, adapter)
        if taken.attempt == 1:
            await self._asking_anew.pass_by(PATIENCE)
            return None if self._closed else await self._answer(taken, adapter)
        async with self._slots(taken):
            if self._closed:
                return None
            await self._storage.inbox.begin(taken.delivery)
            return await self._answer(taken, adapter)

    async def _silently(self, taken: Taken, route: Route, adapter: Adapter) -> None:
        """Waits for nobody, and nobody for it: not for a slot, not for a platform."""
        if taken.attempt > 1:
            await self._storage.inbox.begin(taken.delivery)
        run = (await self._prepare(taken, route, adapter)).run
        task = asyncio.create_task(_exhaust(self._reply(run, route)), name=f"silent {run.id}")
        self._silent.add(task)
        try:
            await task
        finally:
            task.cancel()
            self._silent.discard(task)
        await self._storage.inbox.finish(taken.delivery)

    def _slots(self, taken: Taken) -> Slots:
        """An answer that people have read needs its last words soon, and no call of the model."""
        if not taken.shown or isinstance(taken.event, Stop):
            return self._asking_anew
        resumes = self._router.route(taken.event).on_crash == "resume"
        return self._ending if resumes else self._asking_anew

    def close(self) -> None:
        """Recovered turns that wait to be begun stay in the inbox."""
        self._closed = True

    async def _answer(self, taken: Taken, adapter: Adapter) -> None:
        if isinstance(taken.event, Stop):
            raise TypeError("a control is not a turn")
        route = self._router.route(taken.event)
        answering = await self._prepare(taken, route, adapter)
        self._answering[answering.delivery.id] = answering
        try:
            await answering.answer(self._reply(answering.run, route), adapter)
        finally:
            self._answering.pop(answering.delivery.id, None)
        if answering.delivery.place != taken.event.place:
            await self._storage.memory.move(answering.delivery.id, answering.delivery.place)
            await self._storage.recall.move(answering.delivery.id, answering.delivery.place)
        if isinstance(taken.event, Deleted):
            await self._storage.forgetting.forget(taken.event.of)
            await self._storage.forgetting.finish()
        if not answering.left_open:
            await self._storage.inbox.finish(taken.delivery)

    async def _prepare(self, taken: Taken, route: Route, adapter: Adapter) -> Answering:
        event = route.event
        shown = taken.shown if route.on_crash == "resume" else ""
        run = Run(event, taken.delivery, shown, taken.attempt, route.apart)
        run.once = partial(once, self._storage.steps, run.id)
        run.open = adapter.open
        run.speaks, run.largest = adapter.speaks, adapter.largest
        run.history = partial(adapter.history, event.place, event.source, HISTORY)
        fresh = run.attempt == 1 and run.answers == run.id
        known = {} if fresh else await self._storage.outbox.load(run.answers)
        screen = Screen()
        delivery = Delivery(
            id=run.answers,
            nonce=run.id,
            place=event.place,
            author=event.author,
            private=route.private,
            address=event.address,
            source=event.source,
            log=OutboxLog(self._storage.outbox, run, screen, known),
            flat=event.flat,
        )
        return Answering(run, delivery, screen)

    def _reply(self, run: Run, route: Route) -> Reply:
        if isinstance(run.event, Deleted):  # asks for nothing, so there is nothing to check
            return route.handler(run)
        hopeless = run.attempt > MAX_ATTEMPTS and not run.shown
        handler = _give_up if hopeless else route.handler
        return self._layers(handler)(run)

    def stop_all(self) -> None:
        """The process is leaving: let every answer end with its last words."""
        for answering in self._answering.values():
            answering.stop("shutdown")
        for task in self._silent:  # they stay in the inbox
            task.cancel()


async def _exhaust(reply: Reply) -> None:
    async with aclosing(reply):
        async for _ in reply:
            pass


async def _give_up(run: Run) -> Reply:
    """To all, unlike other refusals, as only what all can read is sure to be seen once."""
    yield Text(
        f"Parley was restarted {run.attempt - 1} times while it worked on this, so it stopped "
        "trying. Please ask again."
    )
