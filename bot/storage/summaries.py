"""What was said in long threads, in short: a tree, of which each part is made again when something
below it changes.
"""

import sqlite3
import time
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import msgspec

from bot.storage.database import Database
from bot.storage.turns import BITS

FAN = 6  # summaries that become one of the next level, once there are twice as many
MOST_SENT = 60  # a bound for one read; there are fewer
WHOLE_TURNS = 150  # the most last turns that stay as they are
AT_ONCE = 400  # turns, the most that one summary is made of
_Source: TypeAlias = tuple[int, str, str]
"""The id of a turn or of a summary's first, who said it, and the text."""


class Summary(msgspec.Struct, frozen=True):
    text: str
    tokens: int


class Block(msgspec.Struct, frozen=True):
    """What is to be summed up next."""

    first: int
    last: int
    level: int
    sources: tuple[_Source, ...]


class Due(msgspec.Struct, frozen=True):
    """A thread that is to be summed up. `payer`: JSON."""

    thread: int
    whole: int
    payer: bytes


class Summaries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self) -> list[Due]:
        query = "SELECT thread, whole, payer FROM summing WHERE not_before <= ? LIMIT 20"
        rows = await self._database.read(lambda db: db.execute(query, (time.time(),)).fetchall())
        return [Due(*row) for row in rows]

    async def want(self, place: str, whole: int, payer: bytes) -> None:
        """The last asker pays. `place`: its key."""
        query = (
            "INSERT INTO summing SELECT id, ?, ?, 0 FROM threads WHERE key = ? ON CONFLICT (thread)"
            " DO UPDATE SET whole = excluded.whole, payer = excluded.payer"
        )
        row = (whole, payer, place)
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def later(self, due: Due, seconds: float) -> None:
        query = "UPDATE summing SET not_before = ? WHERE thread = ?"
        row = (time.time() + seconds, due.thread)
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def done(self, due: Due) -> None:
        """Unless somebody asked again meanwhile."""
        query = "DELETE FROM summing WHERE thread = ? AND payer = ?"
        row = (due.thread, due.payer)
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def next(self, due: Due, most: int) -> Block | None:
        """`most`: tokens that one summary may be made of."""
        return await self._database.write(partial(_next, due=due, most=most))

    async def keep(self, block: Block, text: str, tokens: int) -> bool:
        """Whether it was kept: what it was made of may have changed meanwhile."""
        return await self._database.write(partial(_keep, block=block, text=text, tokens=tokens))


def sent(connection: sqlite3.Connection, first: int, end: int) -> tuple[list[Summary], int, bool]:
    """What stands for the turns from `first` to before `end`, oldest first; the id of the first
    turn after them; and whether some are to be written anew.
    """
    rows = connection.execute(
        "SELECT last, text, tokens FROM summaries "
        "WHERE covered = 0 AND first >= ? AND first < ? ORDER BY first DESC LIMIT ?",
        (first, end, MOST_SENT),
    ).fetchall()
    rows = [row for row in reversed(rows) if row[0] < end]
    after = rows[-1][0] + 1 if rows else first
    return [Summary(*row[1:]) for row in rows if row[1]], after, not all(row[1] for row in rows)


def changed(connection: sqlite3.Connection, turn: int) -> None:
    """What was made of this turn is true no more. Those above are made again of what remains."""
    rows = connection.execute(
        "SELECT first, last, level FROM summaries WHERE last >= ? AND last < ? AND first <= ?",
        (turn, ((turn >> BITS) + 1) << BITS, turn),
    ).fetchall()
    for first, last, level in rows:
        if level == 1:
            connection.execute(
                "UPDATE summaries SET text = '', tokens = 0, covered = 0 "
                "WHERE first = ? AND level = 1",
                (first,),
            )
            continue
        connection.execute("DELETE FROM summaries WHERE first = ? AND level = ?", (first, level))
        connection.execute(
            "UPDATE summaries SET covered = 0 WHERE first >= ? AND last <= ? AND level = ?",
            (first, last, level - 1),
        )


def _next(connection: sqlite3.Connection, due: Due, most: int) -> Block | None:
    start, end = due.thread << BITS, (due.thread + 1) << BITS
    ((begins,),) = connection.execute("SELECT begins FROM threads WHERE id = ?", (due.thread,))
    start = max(start, begins)
    return (
        _stale(connection, start, end)
        or _to_merge(connection, start, end)
        or _new(connection, start, end, due.whole, most)
    )


def _stale(connection: sqlite3.Connection, start: int, end: int) -> Block | None:
    """One of level 1 that is to be written anew; one that nothing is left of goes."""
    query = (
        "SELECT first, last FROM summaries "
        "WHERE covered = 0 AND first >= ? AND first < ? AND text = '' ORDER BY first"
    )
    for first, last in connection.execute(query, (start, end)).fetchall():
        if sources := _turns(connection, first, last):
            return Block(first, last, 1, sources)
        connection.execute("DELETE FROM summaries WHERE first = ? AND level = 1", (first,))
    return None


def _to_merge(connection: sqlite3.Connection, start: int, end: int) -> Block | None:
    """The first of neighbours of one level that have become many, or that were one before something
    in them changed: then what comes after them is of a higher level.
    """
    rows = connection.execute(
        "SELECT level, first, last, text FROM summaries "
        "WHERE covered = 0 AND first >= ? AND first < ? ORDER BY first",
        (start, end),
    ).fetchall()
    runs = [(level, list(run)) for level, run in groupby(rows, key=itemgetter(0))]
    for number, (level, run) in enumerate(runs):
        above = number + 1 < len(runs) and runs[number + 1][0] > level
        if len(run) >= (FAN if above else 2 * FAN):
            merged = run[:FAN]
            sources = tuple((first, "", text) for _, first, _, text in merged)
            return Block(merged[0][1], merged[-1][2], level + 1, sources)
    return None


def _new(
    connection: sqlite3.Connection, start: int, end: int, whole: int, most: int
) -> Block | None:
    """The oldest turns that nothing stands for, without the last ones."""
    _, after, _ = sent(connection, start, end)
    rows = connection.execute(
        "SELECT id, role, text, tokens FROM turns WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (after, _whole_from(connection, after, end, whole), AT_ONCE),
    )
    taken, size = list[_Source](), 0
    for id_, role, text, tokens in rows.fetchall():
        if taken and role == "user" and size + tokens > most:
            break
        taken.append((id_, role, text))
        size += tokens
    return Block(taken[0][0], taken[-1][0], 1, tuple(taken)) if taken else None


def _whole_from(connection: sqlite3.Connection, first: int, end: int, whole: int) -> int:
    """The id of the first turn that stays as it is: a question, and at the latest the last one."""
    rows = connection.execute(
        "SELECT id, role, tokens FROM turns WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
        (first, end, WHOLE_TURNS),
    )
    size, found = 0, end
    for id_, role, tokens in rows.fetchall():
        size += tokens
        if size > whole and found != end:
            break
        if role == "user":
            found = id_
    return found


def _turns(connection: sqlite3.Connection, first: int, last: int) -> tuple[_Source, ...]:
    query = "SELECT id, role, text FROM turns WHERE id BETWEEN ? AND ? ORDER BY id"
    return tuple(connection.execute(query, (first, last)).fetchall())


def _keep(connection: sqlite3.Connection, block: Block, text: str, tokens: int) -> bool:
    if block.sources != _sources(connection, block):
        return False
    row = (block.first, block.level, block.last, tokens, text)
    connection.execute(
        "INSERT OR REPLACE INTO summaries (first, level, last, tokens, text) "
        "VALUES (?, ?, ?, ?, ?)",
        row,
    )
    connection.execute(
        "UPDATE summaries SET covered = 1 WHERE first >= ? AND last <= ? AND level = ?",
        (block.first, block.last, block.level - 1),
    )
    return True


def _sources(connection: sqlite3.Connection, block: Block) -> tuple[_Source, ...]:
    if block.level == 1:
        return _turns(connection, block.first, block.last)
    query = (
        "SELECT first, '', text FROM summaries "
        "WHERE first BETWEEN ? AND ? AND level = ? AND covered = 0 ORDER BY first"
    )
    row = (block.first, block.last, block.level - 1)
    return tuple(connection.execute(query, row).fetchall())
