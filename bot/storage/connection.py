"""SQLite connections, each on a thread of its own."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import aiosqlite

from bot.storage.migrations import migrate
from bot.storage.problems import DatabaseProblem, problem

T = TypeVar("T")
A = TypeVar("A")
PAUSE = 0.02  # seconds between two attempts to switch to WAL


class Line(aiosqlite.Connection):
    """A connection that takes whole functions to its thread: one hop a transaction, where
    aiosqlite's own verbs hop once a statement.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, iter_chunk_size=64)

    async def opened(self) -> "Line":
        try:
            return cast("Line", await self)  # aiosqlite names its own class as the type
        except DatabaseProblem:
            # aiosqlite tells its thread to stop and leaves it; it would outlive the event loop.
            await asyncio.to_thread(self._thread.join)
            raise

    async def run(self, work: Callable[[sqlite3.Connection, A], T], argument: A) -> T:
        # `_execute` is private, but each public verb of aiosqlite is one call of it.
        execute = cast("Callable[..., Awaitable[T]]", self._execute)
        return await execute(work, self._conn, argument)


async def connect_writer(path: Path, patience: float) -> Line:
    """A migrated database. Raises DatabaseProblem. `patience`: seconds to wait for a lock."""
    return await Line(partial(_connect, path, patience, _prepare_writer)).opened()


async def connect_reader(path: Path, patience: float) -> Line:
    return await Line(partial(_connect, path, patience, _prepare_reader)).opened()


def _connect(
    path: Path, patience: float, prepare: Callable[[sqlite3.Connection, float], None]
) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    except sqlite3.Error as error:
        raise problem(error, path) from error
    try:
        prepare(connection, patience)
    except (sqlite3.Error, DatabaseProblem) as error:
        connection.close()
        raise error if isinstance(error, DatabaseProblem) else problem(error, path) from error
    return connection


def _prepare_writer(connection: sqlite3.Connection, patience: float) -> None:
    _switch_to_wal(connection, patience)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is not left in free pages
    migrate(connection)


def _prepare_reader(connection: sqlite3.Connection, _patience: float) -> None:
    connection.execute("PRAGMA query_only = ON")


def _switch_to_wal(connection: sqlite3.Connection, patience: float) -> None:
    """SQLite does not wait for its busy timeout where two processes switch a new file at once."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return
