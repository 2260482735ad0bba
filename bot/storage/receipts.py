"""What is known of an answer beside its calls."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from bot.run import Run
from bot.storage.database import Database
from bot.storage.reports import Sums


class Receipt(NamedTuple):
    """Of one time that an answer was written."""

    run: str
    channel: str  # Place.channel_key
    author: str
    began: float
    at: float
    first_word: float | None
    used: Mapping[str, int] = {}  # tokens of what the model was sent: turns, summary
    left_out: Mapping[str, int] = {}  # how many of them had no room
    verdict: str = ""
    facts: Mapping[str, str] = {}  # by which the provider knows its last call


class Charge(NamedTuple):
    """What its calls took of one model. `state`: held, settled, released."""

    capability: str
    model: str
    sums: Sums
    held: int  # how many are not settled yet


class Receipts:
    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    async def keep(self, run: Run, began: float, first_word: float | None) -> None:
        """`began`: UTC seconds. Said twice, the last holds."""
        event, noted = run.event, run.noted
        row = (run.answers, run.id, event.place.channel_key, event.author.id, began, self._now(),
               first_word, _packed(noted.used), _packed(noted.left_out), run.verdict,
               _packed(noted.facts))  # fmt: skip
        marks = ", ".join("?" * len(row))
        query = f"INSERT OR REPLACE INTO receipts VALUES ({marks})"  # noqa: S608  marks alone
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def of(self, delivery: str) -> list[Receipt]:
        """Each time that it was written, in order."""
        query = """SELECT run, channel, author, began, at, first_word, used, left_out, verdict,
            facts FROM receipts WHERE delivery = ? ORDER BY at"""
        rows = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchall())
        return [
            Receipt._make((*row[:6], _unpack(row[6]), _unpack(row[7]), row[8], _facts(row[9])))
            for row in rows
        ]

    async def charges(self, receipt: Receipt) -> list[Charge]:
        """By capability and model, in the order of the calls."""

        def look(db: sqlite3.Connection) -> list[Any]:
            first = _first_since(db, receipt.began - _SKEW)
            return db.execute(_CHARGES, (first, first + _NEAR, receipt.run)).fetchall()

        rows = await self._database.read(look)
        return [Charge(row[0], row[1], Sums(*row[2:-1]), row[-1]) for row in rows]

    async def prune(self, before: float) -> None:
        query = "DELETE FROM receipts WHERE at < ?"
        await self._database.write(lambda db: db.execute(query, (before,)).rowcount)


def _packed(told: Mapping[str, int] | Mapping[str, str]) -> str:
    """What is neither zero nor empty."""
    return msgspec.json.encode({name: value for name, value in told.items() if value}).decode()


_unpack = msgspec.json.Decoder(dict[str, int]).decode
_facts = msgspec.json.Decoder(dict[str, str]).decode


def _first_since(db: sqlite3.Connection, at: float) -> int:
    """The row of the first call that began then. An index on calls.delivery would make each call a
    third dearer to book; the rows are in the order of their time, so this finds it too.
    """
    low, high = 1, db.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()[0] + 1
    while low < high:
        middle = (low + high) // 2
        id_, started = db.execute(_NEXT, (middle,)).fetchone()
        low, high = (id_ + 1, high) if started < at else (low, middle)
    return low


_SKEW = 5.0  # seconds that the clocks of two processes may differ
_NEAR = 50_000  # calls of others that are made while one answer is written, at most
_NEXT = "SELECT id, started FROM calls WHERE id >= ? ORDER BY id LIMIT 1"
_CHARGES = """SELECT capability, model, count(*) FILTER (WHERE state = 'settled'),
    coalesce(sum(cost), 0), count(*) FILTER (WHERE state = 'settled' AND cost IS NULL),
    count(*) FILTER (WHERE state = 'settled' AND estimated),
    coalesce(sum(cost) FILTER (WHERE estimated), 0), sum(tokens_in), sum(tokens_out),
    sum(tokens_cached), sum(pictures), sum(seconds), sum(characters),
    count(*) FILTER (WHERE state = 'held')
    FROM calls WHERE id >= ? AND id < ? AND delivery = ? AND state <> 'released'
    GROUP BY 1, 2 ORDER BY min(id)"""
