"""All that is kept about one person, as rows with names."""

import sqlite3
from typing import Any, TypeAlias

import msgspec

from bot.storage.database import Database

Rows: TypeAlias = list[dict[str, Any]]

# What an answer holds of others (a thread's summary, who else spoke) is not this person's to have.
_QUERIES = {
    "turns": "SELECT h.key AS place, t.role, t.text, t.at, t.delivery FROM turns t "
    "JOIN threads h ON h.id = t.id >> 24 "
    "WHERE t.delivery IN (SELECT delivery FROM turns WHERE author = ?1) ORDER BY t.id",
    "answers to choose from": "SELECT delivery, number, text FROM candidates WHERE delivery IN "
    "(SELECT delivery FROM turns WHERE author = ?1) ORDER BY delivery, number",
    "preferences": "SELECT name, value FROM preferences WHERE scope = ?1",
    "pins": "SELECT scope, text, at FROM pins WHERE author = ?1",
    "personas": "SELECT workspace, name, about, prompt FROM personas WHERE author = ?1",
    "feedback": "SELECT delivery, good, at FROM feedback WHERE author = ?1",
    "corrections": "SELECT delivery, text, at FROM corrections WHERE author = ?1",
    "receipts": "SELECT delivery, channel, at, first_word, used, left_out, verdict, facts "
    "FROM receipts WHERE author = ?1",
    "judged messages": "SELECT channel, source, scores, category, action, at "
    "FROM judged WHERE author = ?1",
    "budgets": "SELECT unit, window, capability, amount FROM budgets WHERE subject = ?1",
    "passages": "SELECT kind, place, title, part, text, at FROM passages WHERE author = ?1",
    "usage": "SELECT * FROM totals WHERE kind = 'person' AND subject = ?1",
    "works": "SELECT delivery, place, facts, at FROM works WHERE author = ?1",
}  # fmt: skip


class Exporting:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, author: str) -> dict[str, Rows]:
        """By what it is. Times are UTC seconds, money is micro-dollars."""
        return await self._database.read(
            lambda db: {name: _rows(db, query, author) for name, query in _QUERIES.items()}
        )


def _rows(connection: sqlite3.Connection, query: str, author: str) -> Rows:
    cursor = connection.execute(query, (author,))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _plain(value: object) -> object:
    """Facts are JSON already."""
    return msgspec.Raw(value) if isinstance(value, bytes) else value
