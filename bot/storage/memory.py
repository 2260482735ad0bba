"""What was said in the threads that Parley takes part in."""

import sqlite3
import time
from collections.abc import Sequence
from functools import partial
from typing import Literal

import msgspec

from bot.events import Place
from bot.storage.database import Database

_TURN = "role, text, tokens, delivery, author, at"
_BITS = 24  # of a turn's id that count within its thread


class Turn(msgspec.Struct, frozen=True):
    """One utterance. A delivery has one of the user and at most one of the assistant."""

    role: Literal["user", "assistant"]
    text: str
    tokens: int
    delivery: str
    author: str = ""
    at: float = 0.0


class Memory:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, place: Place, turns: Sequence[Turn]) -> None:
        """At the end of the thread; a turn of a delivery that is known replaces the one there,
        so an answer that runs again after a crash is not remembered twice.
        """
        await self._database.write(partial(_remember, key=place.key, turns=turns))

    async def recent(self, place: Place, limit: int, before: str = "") -> list[Turn]:
        """The last turns, oldest first. `before`: those that precede this delivery's."""
        return await self._database.read(
            partial(_recent, key=place.key, limit=limit, before=before)
        )

    async def of(self, delivery: str) -> tuple[Turn | None, Turn | None]:
        """What was asked and what was answered."""
        query = f"SELECT {_TURN} FROM turns WHERE delivery = ?"  # noqa: S608  a constant
        rows = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchall())
        turns = {row[0]: Turn(*row) for row in rows}
        return turns.get("user"), turns.get("assistant")

    async def before(self, delivery: str, limit: int) -> list[Turn]:
        """The last turns of its thread before it, oldest first."""
        return await self._database.read(partial(_before, delivery=delivery, limit=limit))

    async def rewrite(self, delivery: str, text: str, tokens: int) -> None:
        """Another answer in the place of the old one, or where it would stand."""
        turn = Turn("assistant", text, tokens, delivery, at=time.time())

        def work(connection: sqlite3.Connection) -> None:
            if seat := _seat(connection, delivery):
                _put(connection, seat, turn)

        await self._database.write(work)

    async def move(self, delivery: str, place: Place) -> None:
        """What was said in a channel began a thread, which goes on from there."""
        await self._database.write(partial(_move, delivery=delivery, key=place.key))

    async def forget(self, delivery: str) -> None:
        """What was asked and answered in this delivery was never said."""
        query = "DELETE FROM turns WHERE delivery = ?"
        await self._database.write(lambda db: db.execute(query, (delivery,)))


def _remember(connection: sqlite3.Connection, key: str, turns: Sequence[Turn]) -> None:
    thread = _thread(connection, key)
    for turn in turns:
        seat = _seat(connection, turn.delivery) or _free_seat(connection, thread)
        _put(connection, seat, turn)


def _thread(connection: sqlite3.Connection, key: str) -> int:
    connection.execute("INSERT OR IGNORE INTO threads (key) VALUES (?)", (key,))
    ((thread,),) = connection.execute("SELECT id FROM threads WHERE key = ?", (key,))
    return int(thread)


def _seat(connection: sqlite3.Connection, delivery: str) -> int | None:
    """The id that this delivery's question has, or would have; its answer's is the next one."""
    query = "SELECT id - id % 2 FROM turns WHERE delivery = ?"
    (seat,) = next(connection.execute(query, (delivery,)), (None,))
    return seat


def _free_seat(connection: sqlite3.Connection, thread: int) -> int:
    first, end = thread << _BITS, (thread + 1) << _BITS
    query = "SELECT max(id) FROM turns WHERE id >= ? AND id < ?"
    ((last,),) = connection.execute(query, (first, end))
    return first if last is None else last - last % 2 + 2


def _put(connection: sqlite3.Connection, seat: int, turn: Turn) -> None:
    row = (seat + (turn.role == "assistant"), *msgspec.structs.astuple(turn))
    connection.execute(
        f"INSERT OR REPLACE INTO turns (id, {_TURN}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  a constant
        row,
    )


def _move(connection: sqlite3.Connection, delivery: str, key: str) -> None:
    thread = _thread(connection, key)
    if seat := _seat(connection, delivery):
        distance = _free_seat(connection, thread) - seat
        query = "UPDATE turns SET id = id + ? WHERE delivery = ?"
        connection.execute(query, (distance, delivery))


def _recent(connection: sqlite3.Connection, key: str, limit: int, before: str) -> list[Turn]:
    thread = next(connection.execute("SELECT id FROM threads WHERE key = ?", (key,)), None)
    if not thread:
        return []
    first, end = thread[0] << _BITS, (thread[0] + 1) << _BITS
    rows = connection.execute(
        f"SELECT {_TURN} FROM turns WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",  # noqa: S608  a constant
        (first, _seat(connection, before) or end, limit),
    )
    return [Turn(*row) for row in rows][::-1]


def _before(connection: sqlite3.Connection, delivery: str, limit: int) -> list[Turn]:
    if (seat := _seat(connection, delivery)) is None:
        return []
    rows = connection.execute(
        f"SELECT {_TURN} FROM turns WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",  # noqa: S608  a constant
        (seat >> _BITS << _BITS, seat, limit),
    )
    return [Turn(*row) for row in rows][::-1]
