"""Takes what happened, new or found again after a crash, and sees that each is answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.dispatch.lanes import Lanes
from bot.dispatch.turns import Turns
from bot.errors import NotAccepted, ParleyError
from bot.events import Deleted, Event, Message, Stop
from bot.ports import Accepted
from bot.run import StopReason
from bot.storage.inbox import Inbox, Taken

log = logging.getLogger(__name__)

LOOK_AGAIN = 10.0  # seconds between looks for the work of processes that died
HAND_OVER = 0.2  # seconds between looks for what other processes took in for this one
DRAIN = 6.0  # seconds that answers get to end by themselves when the process is leaving
LAST_WORDS = 3.0  # seconds to show that they were interrupted


class Dispatcher:
    def __init__(self, inbox: Inbox, turns: Turns) -> None:
        self._inbox = inbox
        self._turns = turns
        self._lanes = Lanes(turns.answer)

    async def accept(self, event: Event) -> Accepted:
        """Write the event down and start on it (ports.Accept)."""
        try:
            taken = await self._inbox.accept(event)
        except Exception as error:
            raise NotAccepted("Parley cannot write this down now; please try again.") from error
        if isinstance(taken, Taken):
            await self._start(taken)
        return "duplicate" if taken == "duplicate" else "accepted"

    async def _start(self, taken: Taken) -> None:
        match taken.event:
            case Stop(delivery=delivery, place=place):
                self._turns.stop(delivery or place, "person")
                return await self._inbox.finish(taken.delivery)
            case Deleted(of=of):
                await self._supersede(of, "deleted")
            case Message(of=of) if of:
                await self._supersede(of, "edited")
        return self._lanes.put(self._turns.lane(taken), taken)

    async def _supersede(self, delivery: str, reason: StopReason) -> None:
        """What was asked there is asked no more."""
        self._turns.stop(delivery, reason)
        if self._lanes.drop(delivery):
            await self._inbox.finish(delivery)

    async def run(self) -> None:
        """Until cancelled: take over what dead processes left, and what living ones hand over."""
        looks = ((self.take_over, LOOK_AGAIN), (self._take_handed, HAND_OVER))
        await asyncio.gather(*(_repeat(look, pause) for look, pause in looks))

    async def _take_handed(self) -> None:
        for taken in await self._inbox.handed():
            await self._start(taken)

    async def take_over(self) -> None:
        """Once before anything new is taken in, so that a thread goes on in its order."""
        for taken in await self._inbox.abandoned():
            await self._start(taken)

    async def drain(self) -> None:
        """Begin nothing new; give what runs time to end, then to say that it was interrupted.
        What nobody has seen yet stays in the inbox for the next process.
        """
        self._lanes.close()
        self._turns.close()
        if await self._lanes.idle(DRAIN):
            return
        self._turns.stop_all()
        if not await self._lanes.idle(LAST_WORDS):
            log.warning("leaving with answers half shown; they go on at the next start")
        await self._lanes.cancel()


async def _repeat(look: Callable[[], Awaitable[None]], pause: float) -> None:
    while True:
        try:
            await look()
        except ParleyError:
            log.exception("could not look for unfinished work; looking again soon")
        await asyncio.sleep(pause)
