"""Whether people found answers good, and what they would rather have read."""

import time
from typing import NamedTuple

from bot.storage.database import Database


class Vote(NamedTuple):
    """`better`: what this person would rather have read; "": they did not say."""

    delivery: str
    author: str
    good: bool
    at: float
    better: str


class Feedback:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self,
        delivery: str,
        author: str,
        *,
        good: bool,
        workspace: str = "",
        collected: bool = False,
    ) -> None:
        """A person's last word on an answer counts. `collected`: the workspace has agreed that
        it is used to learn from.
        """
        row = (delivery, author, good, time.time(), workspace, collected)
        query = "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row))

    async def correct(self, delivery: str, author: str, text: str) -> None:
        """The words go when the answer is forgotten."""
        row = (delivery, author, text, time.time())
        query = "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row))

    async def collected(self, workspace: str) -> list[Vote]:
        """Those of answers that are still remembered, the oldest first."""
        scope = (workspace,)
        rows = await self._database.read(lambda db: db.execute(_COLLECTED, scope).fetchall())
        return [Vote._make(row) for row in rows]


_COLLECTED = """SELECT f.delivery, f.author, f.good, f.at, iif(f.good, '', coalesce(c.text, ''))
    FROM feedback f LEFT JOIN corrections c USING (delivery, author)
    WHERE f.workspace = ? AND f.collected = 1
    AND EXISTS (SELECT 1 FROM turns t WHERE t.delivery = f.delivery AND t.role = 'user')
    ORDER BY f.at"""
