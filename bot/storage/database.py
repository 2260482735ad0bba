"""The door to the database: one owner of writes that commits in groups, readers beside it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.storage.connection import Line, connect_reader, connect_writer
from bot.storage.group import look
from bot.storage.owner import HEARTBEAT, Owner
from bot.storage.problems import DatabaseProblem, StorageUnavailable, explained, problem
from bot.storage.writer import Writer

T = TypeVar("T")
READERS = 2
log = logging.getLogger(__name__)


class Database:
    """Works are plain functions of a connection that run on the database's threads: they neither
    commit nor roll back, return no cursor, and touch nothing of the event loop.
    """

    def __init__(self, path: Path, owner: Owner, writer: Line, readers: list[Line]) -> None:
        self.path = path
        self.owner = owner
        self._writer = Writer(path, writer)
        self._readers = readers
        self._idle: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)
        self._beating = asyncio.create_task(self._beat())

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Durable when it returns. It shares a transaction with whatever else waits, yet an error
        undoes this work alone. Raises StorageUnavailable, or what the work raised.

        A work once handed in is done, even if the one who waits for it is cancelled.
        """
        return await self._writer.write(work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """All that the work reads is of one moment, after every write that has returned. Raises
        StorageUnavailable, or what the work raised.
        """
        reader = await self._idle.get()
        try:
            return await reader.run(look, work)
        except sqlite3.Error as error:
            raise explained(error, self.path) from error
        finally:
            self._idle.put_nowait(reader)

    async def close(self) -> None:
        """Finish what waits and leave one file behind."""
        self._beating.cancel()
        await asyncio.wait([self._beating])
        try:
            await self.write(self.owner.leave)
        except StorageUnavailable as error:
            log.warning("the database was left in a hurry: %s", error)
        for reader in self._readers:
            await reader.close()
        await self._writer.close()
        self.owner.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                await self.write(self.owner.renew)
            except StorageUnavailable as error:
                log.warning("the lease was not renewed: %s", error)


async def open_database(path: Path, patience: float = 5.0) -> Database:
    """The database at `path`, made where there is none, migrated. Raises DatabaseProblem.
    `patience`: seconds to wait for another program's lock.
    """
    lines = [await connect_writer(path, patience)]
    try:
        lines += [await connect_reader(path, patience) for _ in range(READERS)]
        owner = Owner(path)
    except (DatabaseProblem, OSError) as error:
        for line in lines:
            await line.close()
        raise error if isinstance(error, DatabaseProblem) else problem(error, path) from error
    database = Database(path, owner, lines[0], lines[1:])
    try:
        await database.write(owner.renew)
    except StorageUnavailable as error:
        await database.close()
        raise DatabaseProblem(error.sentence, str(error)) from error
    return database
