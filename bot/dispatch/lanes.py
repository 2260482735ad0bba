"""Turns of one thread run in order, threads side by side."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from bot.storage.inbox import Taken

log = logging.getLogger(__name__)


class Lanes:
    """A lane a thread, each with one task while it has work."""

    def __init__(self, work: Callable[[Taken], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[str, deque[Taken]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def put(self, lane: str, taken: Taken) -> None:
        """Once closed, turns stay in the inbox for the next process."""
        if self._closed:
            return
        if lane in self._waiting:
            self._waiting[lane].append(taken)
            return
        self._waiting[lane] = deque([taken])
        task = asyncio.create_task(self._work_off(lane), name=f"lane {lane}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                await self._one(waiting.popleft())
        finally:
            del self._waiting[lane]

    async def _one(self, taken: Taken) -> None:
        try:
            await self._work(taken)
        except Exception:
            log.exception("%s failed and stays in the inbox", taken.delivery)

    def drop(self, delivery: str) -> bool:
        """Take out a turn that has not begun. False where it has, or is not here."""
        for waiting in self._waiting.values():
            for taken in waiting:
                if taken.delivery == delivery:
                    waiting.remove(taken)
                    return True
        return False

    def close(self) -> None:
        """Begin nothing more."""
        self._closed = True
        for waiting in self._waiting.values():
            waiting.clear()

    async def idle(self, patience: float) -> bool:
        """Whether all that had begun ended within `patience` seconds."""
        if not self._tasks:
            return True
        _, running = await asyncio.wait(self._tasks, timeout=patience)
        return not running

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
