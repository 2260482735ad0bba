"""Takes what happened, new or found again after a crash, and sees that each is answered."""

import asyncio
import logging

from bot.dispatch.lanes import Lanes
from bot.dispatch.turns import Turns
from bot.errors import NotAccepted, ParleyError
from bot.events import Event, Stop
from bot.ports import Accepted
from bot.storage.inbox import Inbox, Taken

log = logging.getLogger(__name__)

LOOK_AGAIN = 10.0  # seconds between looks for the work of processes that died
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
        if not isinstance(taken.event, Stop):
            return self._lanes.put(self._turns.lane(taken), taken)
        if answering := self._turns[taken.event.delivery]:
            answering.stop("person")
        return await self._inbox.finish(taken.delivery)

    async def run(self) -> None:
        """Until cancelled: take over what dead processes left."""
        while True:
            try:
                await self.take_over()
            except ParleyError:
                log.exception("could not look for unfinished work; looking again soon")
            await asyncio.sleep(LOOK_AGAIN)

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
