"""What was posted for a delivery, by the adapter's own keys."""

import sqlite3
import time
from typing import TypeAlias

from bot.storage.database import Database
from bot.storage.inbox import keep_shown

Shown: TypeAlias = tuple[str, str]
"""An inbox delivery, and what people read of its answer: noted in the same transaction."""


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, delivery: str) -> dict[str, str | None]:
        """Key to native id; None: intended, and nobody knows whether it landed."""
        query = "SELECT key, native_id FROM outbox WHERE delivery = ?"
        return await self._database.read(lambda db: dict(db.execute(query, (delivery,))))

    async def intend(self, delivery: str, key: str, shown: Shown | None = None) -> None:
        """About to be posted; what has landed under this key already stays."""
        query = "INSERT OR IGNORE INTO outbox (delivery, key, at) VALUES (?, ?, ?)"
        await self._write(query, (delivery, key, time.time()), shown)

    async def landed(
        self, delivery: str, key: str, native_id: str, shown: Shown | None = None
    ) -> None:
        query = "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)"
        await self._write(query, (delivery, key, native_id, time.time()), shown)

    async def _write(self, query: str, row: tuple[object, ...], shown: Shown | None) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(query, row)
            if shown:
                keep_shown(connection, *shown)

        await self._database.write(work)

    async def forget(self, delivery: str, key: str) -> None:
        """Its message was removed."""
        row = (delivery, key)
        await self._database.write(
            lambda db: db.execute("DELETE FROM outbox WHERE delivery = ? AND key = ?", row)
        )
