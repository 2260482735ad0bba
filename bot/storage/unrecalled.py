"""What was said and is not in the index yet, or otherwise than it is now."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from bot.storage.database import Database


class Said(NamedTuple):
    """A question with its answer."""

    number: int
    delivery: str
    place: str  # Place.key; "": it is forgotten
    author: str  # who asked
    texts: Sequence[str]
    at: float


class Unrecalled:
    """Filled by triggers, where recall is on anywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next(self, limit: int) -> list[Said]:
        return await self._database.read(partial(_next, limit=limit))

    async def done(self, numbers: Sequence[int]) -> None:
        """What changed meanwhile has another number, and comes again."""
        rows = [(number,) for number in numbers]
        query = "DELETE FROM unrecalled WHERE number = ?"
        await self._database.write(lambda db: db.executemany(query, rows).rowcount)

    async def catch_up(self, channel: str) -> None:
        """All that was ever said there is to come."""
        query = (
            "INSERT OR IGNORE INTO unrecalled (delivery) SELECT DISTINCT t.delivery FROM threads h "
            "JOIN turns t ON t.id >= h.id << 24 AND t.id < (h.id + 1) << 24 "
            "WHERE h.key >= ? AND h.key < ?"
        )
        row = (f"{channel}:", f"{channel};")
        await self._database.write(lambda db: db.execute(query, row).rowcount)


def _next(connection: sqlite3.Connection, limit: int) -> list[Said]:
    query = "SELECT number, delivery FROM unrecalled ORDER BY number LIMIT ?"
    waiting = connection.execute(query, (limit,)).fetchall()
    return [_said(connection, number, delivery) for number, delivery in waiting]


def _said(connection: sqlite3.Connection, number: int, delivery: str) -> Said:
    rows = connection.execute(
        "SELECT h.key, t.author, t.text, t.at FROM turns t JOIN threads h ON h.id = t.id >> 24 "
        "WHERE t.delivery = ? ORDER BY t.id",
        (delivery,),
    ).fetchall()
    if not rows:
        return Said(number, delivery, "", "", (), 0.0)
    author = next((row[1] for row in rows if row[1]), "")
    return Said(number, delivery, rows[0][0], author, [row[2] for row in rows], rows[0][3])
