"""Texts of watched channels, judged many at a time in their order, however many come at once."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from bot.errors import ParleyError
from bot.moderating.judge import TOGETHER, Down, Judge
from bot.openai.moderations import Verdict
from bot.spending.payer import Payer

log = logging.getLogger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds between attempts while there is no verdict


@dataclass
class _Waiting:
    payer: Payer
    text: str
    verdict: asyncio.Future[Verdict | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Collector:
    """One task sends what waits, of one workspace at a time, and what comes meanwhile next. It
    asks until it has an answer: the messages stay in the inbox as long.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._waiting: deque[_Waiting] = deque()
        self._sender: asyncio.Task[None] | None = None

    def verdict(self, payer: Payer, text: str) -> asyncio.Future[Verdict | None]:
        """It has its place in the line when this returns. None: the provider cannot judge this
        text, ask as often as you like.
        """
        waiting = _Waiting(payer, text)
        self._waiting.append(waiting)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send(), name="moderation of what is watched")
        return waiting.verdict

    async def aclose(self) -> None:
        if self._sender:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender

    async def _send(self) -> None:
        while batch := self._next():
            await self._judged(batch)

    def _next(self) -> list[_Waiting]:
        """Those at the head of the line that one workspace pays for. Whoever left is passed."""
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < TOGETHER:
            first = self._waiting[0]
            if batch and first.payer.workspace != batch[0].payer.workspace:
                break
            self._waiting.popleft()
            if not first.verdict.done():
                batch.append(first)
        return batch

    async def _judged(self, batch: list[_Waiting]) -> None:
        failures = 0
        while True:
            try:
                found = await self._judge.each(batch[0].payer, [one.text for one in batch])
            except Exception as error:
                if isinstance(error, Down) and error.lasting:
                    return await self._one_by_one(batch)
                if not isinstance(error, ParleyError):
                    log.exception("a verdict failed")
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                log.warning("%d messages wait for a verdict, again in %s s: %s",
                            len(batch) + len(self._waiting), pause, error)  # fmt: skip
                await asyncio.sleep(pause)
            else:
                for one, verdict in zip(batch, found, strict=True):
                    _tell(one, verdict)
                return None

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        """The provider refuses one of them, and does not say which."""
        if len(batch) == 1:
            log.error("a message cannot be judged; it is passed")
            return _tell(batch[0], None)
        for one in batch:
            await self._judged([one])
        return None


def _tell(waiting: _Waiting, verdict: Verdict | None) -> None:
    if not waiting.verdict.done():  # whoever waited may have left
        waiting.verdict.set_result(verdict)
