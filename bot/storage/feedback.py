"""Whether people found answers good."""

import time

from bot.storage.database import Database


class Feedback:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, delivery: str, author: str, *, good: bool) -> None:
        """A person's last word on an answer counts."""
        row = (delivery, author, good, time.time())
        query = "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row))
