"""The one owner of writes."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bot.storage.connection import Line
from bot.storage.group import Outcome, Work, commit_group
from bot.storage.problems import StorageUnavailable, explained

T = TypeVar("T")


class _Waiting(NamedTuple):
    work: Work
    future: asyncio.Future[Any]


class Writer:
    """One task takes everything that waits to the database's thread as one transaction, and
    what comes meanwhile as the next.
    """

    def __init__(self, path: Path, line: Line) -> None:
        self._path = path
        self._line = line
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._closed = False
        self._task = asyncio.create_task(self._commit_groups())

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise StorageUnavailable("Parley is shutting down; try again in a minute.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, future))
        self._wake.set()
        return await future

    async def close(self) -> None:
        """Finish what waits."""
        self._closed = True
        self._wake.set()
        await self._task
        await self._line.close()

    async def _commit_groups(self) -> None:
        while not self._closed or self._waiting:
            await self._wake.wait()
            await asyncio.sleep(0)  # whoever was just answered can join this group
            self._wake.clear()
            group, self._waiting = self._waiting, []
            if group:
                await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            outcomes = await self._line.run(commit_group, [waiting.work for waiting in group])
        except Exception as error:  # noqa: BLE001  whatever it was, each who waits must hear of it
            outcomes = [Outcome(None, error)] * len(group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if future.done():  # whoever waited was cancelled
                continue
            if outcome.error:
                future.set_exception(explained(outcome.error, self._path))
            else:
                future.set_result(outcome.result)
