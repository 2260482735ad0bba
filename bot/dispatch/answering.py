"""One reply on its way: a pump moves parts from the handler to the screen, the adapter shows the
screen. They meet only there, so a slow platform never stalls the model's stream.
"""

import asyncio
import logging
from contextlib import aclosing

from bot.errors import Undeliverable
from bot.parts import Reply
from bot.ports import Adapter, Delivery
from bot.run import Run, StopReason
from bot.screen import Screen

log = logging.getLogger(__name__)

PAUSES = (1, 2, 5, 10, 30) + (60,) * 15  # seconds between attempts to deliver; a quarter of an hour


class Answering:
    """The reply to one turn. The pump owns the handler's generator and closes it."""

    def __init__(self, run: Run, delivery: Delivery, screen: Screen) -> None:
        self.run = run
        self.delivery = delivery
        self.screen = screen
        self._pump: asyncio.Task[None] | None = None

    @property
    def left_open(self) -> bool:
        """The process is leaving, and nobody has seen anything: the next one answers anew."""
        seen = self.screen.visible or self.screen.notices
        return self.run.stopped == "shutdown" and not seen

    def stop(self, reason: StopReason) -> None:
        """Cancel what the handler waits for; it catches that and ends with its last parts."""
        if self._pump and not self._pump.done() and not self.run.stopped:
            self.run.stopped = reason
            self._pump.cancel()

    async def answer(self, reply: Reply, adapter: Adapter) -> None:
        self._pump = asyncio.create_task(self._move(reply), name=f"pump {self.run.id}")
        try:
            await self._deliver(adapter)
        finally:
            self._pump.cancel()
            await asyncio.wait([self._pump])

    async def _move(self, reply: Reply) -> None:
        task = asyncio.current_task()
        try:
            async with aclosing(reply):
                async for part in reply:
                    if task and task.cancelling():  # the handler took the stop and went on
                        task.uncancel()
                    self.screen.show(part)
        finally:
            self.screen.finish()

    async def _deliver(self, adapter: Adapter) -> None:
        for pause in PAUSES:
            try:
                return await adapter.deliver(self.delivery, self.screen)
            except Undeliverable as error:
                return log.error("%s cannot be delivered: %s", self.run.id, error)
            except Exception:
                log.exception("%s: delivery failed, next attempt in %s s", self.run.id, pause)
            await asyncio.sleep(pause)
        log.error("%s: given up delivering", self.run.id)
        return None
