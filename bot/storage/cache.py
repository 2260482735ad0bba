"""Answers that are always the same, by the hash of what was asked; a bounded number of bytes."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.storage.database import Database

MEGABYTE = 2**20
USUAL = 64 * MEGABYTE
DAY = 86_400.0  # seconds; use is noted once in each, so that a read is hardly ever a write
TOGETHER = 128  # are written at once, so that others need not wait long
DROPPED = 64  # at least so many may go in one write, more where more came


class Cache:
    """`most`: bytes of values; 0: nothing is kept."""

    def __init__(
        self, database: Database, most: int = USUAL, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._most = most
        self._now = now

    async def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Those that are known. Raises StorageUnavailable."""
        if not self._most:
            return {}
        found = await self._database.read(partial(_found, keys=keys))
        today = self._today
        if stale := [(today, id_) for id_, used, _ in found.values() if used < today]:
            query = "UPDATE cache SET used = ? WHERE id = ?"
            await self._database.write(lambda db: db.executemany(query, stale).rowcount)
        return {key: value for key, (_, _, value) in found.items()}

    async def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Those unused for longest make room. Raises StorageUnavailable."""
        small = [(key, value) for key, value in entries.items() if len(value) <= self._most]
        if not self._most:
            return
        for start in range(0, len(small), TOGETHER):
            some = small[start : start + TOGETHER]
            await self._database.write(
                partial(_put, entries=some, most=self._most, today=self._today)
            )

    async def clear(self) -> None:
        await self._database.write(lambda db: db.execute("DELETE FROM cache").rowcount)

    @property
    def _today(self) -> int:
        return int(self._now() // DAY)


def _found(
    connection: sqlite3.Connection, keys: Sequence[bytes]
) -> dict[bytes, tuple[int, int, bytes]]:
    query = "SELECT id, used, value FROM cache WHERE key = ?"
    rows = ((key, connection.execute(query, (key,)).fetchone()) for key in keys)
    return {key: row for key, row in rows if row}


def _put(
    connection: sqlite3.Connection, entries: Sequence[tuple[bytes, bytes]], most: int, today: int
) -> None:
    connection.executemany(
        "INSERT INTO cache (key, used, size, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(key, today, len(value), value) for key, value in entries],
    )
    ((size,),) = connection.execute("SELECT bytes FROM cache_size")
    query = "SELECT id, size FROM cache ORDER BY used, id LIMIT ?"
    oldest = connection.execute(query, (DROPPED + len(entries),)).fetchall() if size > most else []
    for id_, freed in oldest:
        if size <= most:
            break
        connection.execute("DELETE FROM cache WHERE id = ?", (id_,))
        size -= freed
