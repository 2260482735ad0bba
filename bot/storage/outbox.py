"""What was posted for a delivery, by the adapter's own keys."""

import sqlite3
import time

from bot.storage.database import Database
from bot.storage.inbox import keep_shown


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, delivery: str) -> dict[str, str | None]:
        """Key to native id; None: intended, and nobody knows whether it landed."""
        query = "SELECT key, native_id FROM outbox WHERE delivery = ?"
        return await self._database.read(lambda db: dict(db.execute(query, (delivery,))))

    async def intend(
        self, delivery: str, key: str, checkpoint: tuple[str, str] | None = None
    ) -> None:
        """About to be posted; what has landed under this key already stays. `checkpoint`, an
        inbox delivery and what people are about to read of it, goes into the same transaction.
        """
        row = (delivery, key, time.time())

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR IGNORE INTO outbox (delivery, key, at) VALUES (?, ?, ?)", row
            )
            if checkpoint:
                keep_shown(connection, *checkpoint)

        await self._database.write(work)

    async def landed(self, delivery: str, key: str, native_id: str) -> None:
        row = (delivery, key, native_id, time.time())
        await self._database.write(
            lambda db: db.execute("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)", row)
        )

    async def forget(self, delivery: str, key: str) -> None:
        """Its message was removed."""
        row = (delivery, key)
        await self._database.write(
            lambda db: db.execute("DELETE FROM outbox WHERE delivery = ? AND key = ?", row)
        )
