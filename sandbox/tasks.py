"""Work that goes on after its answer, owned by the server: ended with it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

log = logging.getLogger(__name__)


class Tasks:
    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("Work in the background failed", exc_info=error)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


TASKS: web.AppKey[Tasks] = web.AppKey("tasks", Tasks)
PACE: web.AppKey[float] = web.AppKey("pace", float)
"""Seconds that a state of a job lasts at least, so that who polls can see it."""
