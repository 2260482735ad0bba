"""What was said in the threads that Parley takes part in."""

import sqlite3
import time
from collections.abc import Sequence
from functools import partial
from typing import Literal

import msgspec

from bot.events import Place
from bot.storage import summaries
from bot.storage.database import Database
from bot.storage.pins import pinned
from bot.storage.summaries import Summary
from bot.storage.turns import BITS, span_start

_TURN = "role, text, tokens, delivery, author, at"


class Turn(msgspec.Struct, frozen=True):
    """One utterance. A delivery has one of the user and at most one of the assistant."""

    role: Literal["user", "assistant"]
    text: str
    tokens: int
    delivery: str
    author: str = ""
    at: float = 0.0


class Remembered(msgspec.Struct, frozen=True):
    """What a question is asked with, all oldest first."""

    pins: list[str] = []
    summaries: list[Summary] = []  # of what was said before the turns
    turns: list[Turn] = []  # a bounded number of the last ones
    stale: bool = False  # a summary is missing, as something in it changed
    anew: bool = False  # somebody began anew: what came before is not looked for elsewhere either


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

    async def recall(self, place: Place, before: str = "") -> Remembered:
        """What is sent to the model of a thread and its channel, before this delivery's turns. It
        costs the same however much was said.
        """
        return await self._database.read(partial(_recall, place=place, before=before))

    async def begin_anew(self, place: Place) -> bool:
        """What was said until now is sent no more. Whether there was something."""
        return await self._database.write(partial(_begin_anew, key=place.key))

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
        await self._database.write(partial(erase, delivery=delivery))

    async def offer(self, delivery: str, texts: Sequence[str]) -> None:
        """Several answers, until one is taken; said twice, the last hold."""
        rows = [(delivery, number, text) for number, text in enumerate(texts, 1)]

        def work(connection: sqlite3.Connection) -> None:
            _unoffer(connection, delivery)
            connection.executemany("INSERT INTO candidates VALUES (?, ?, ?)", rows)

        await self._database.write(work)

    async def offered(self, delivery: str) -> list[str]:
        query = "SELECT text FROM candidates WHERE delivery = ? ORDER BY number"
        rows = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchall())
        return [text for (text,) in rows]


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
    """Behind all that was said, summed up or left behind, even where it was forgotten since."""
    first, end = thread << BITS, (thread + 1) << BITS
    query = (
        "SELECT max(id) FROM turns WHERE id >= ?1 AND id < ?2 UNION ALL "
        "SELECT max(last) FROM summaries WHERE last >= ?1 AND last < ?2 UNION ALL "
        "SELECT begins - 1 FROM threads WHERE id = ?3"
    )
    taken = [last for (last,) in connection.execute(query, (first, end, thread)) if last]
    last = max(taken)
    return first if last < first else last - last % 2 + 2


def _put(connection: sqlite3.Connection, seat: int, turn: Turn) -> None:
    summaries.changed(connection, seat)
    _unoffer(connection, turn.delivery)
    row = (seat + (turn.role == "assistant"), *msgspec.structs.astuple(turn))
    connection.execute(
        f"INSERT OR REPLACE INTO turns (id, {_TURN}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  a constant
        row,
    )


def _move(connection: sqlite3.Connection, delivery: str, key: str) -> None:
    thread = _thread(connection, key)
    if seat := _seat(connection, delivery):
        summaries.changed(connection, seat)
        distance = _free_seat(connection, thread) - seat
        query = "UPDATE turns SET id = id + ? WHERE delivery = ?"
        connection.execute(query, (distance, delivery))


def erase(connection: sqlite3.Connection, delivery: str) -> None:
    """As `Memory.forget`."""
    if (seat := _seat(connection, delivery)) is not None:
        summaries.changed(connection, seat)
    connection.execute("DELETE FROM turns WHERE delivery = ?", (delivery,))
    _unoffer(connection, delivery)


def _unoffer(connection: sqlite3.Connection, delivery: str) -> None:
    connection.execute("DELETE FROM candidates WHERE delivery = ?", (delivery,))


def _recall(connection: sqlite3.Connection, place: Place, before: str) -> Remembered:
    pins = pinned(connection, place)
    query = "SELECT id, begins FROM threads WHERE key = ?"
    thread = next(connection.execute(query, (place.key,)), None)
    if not thread:
        return Remembered(pins)
    end = (before and _seat(connection, before)) or (thread[0] + 1) << BITS
    first = max(thread[0] << BITS, thread[1])
    short, after, stale = summaries.sent(connection, first, end)
    rows = connection.execute(
        f"SELECT {_TURN} FROM turns WHERE id >= ? AND id < ? ORDER BY id",  # noqa: S608  a constant
        (span_start(connection, after, end), end),
    )
    return Remembered(pins, short, [Turn(*row) for row in rows], stale, thread[1] > 0)


def _begin_anew(connection: sqlite3.Connection, key: str) -> bool:
    query = "SELECT id, begins FROM threads WHERE key = ?"
    thread = next(connection.execute(query, (key,)), None)
    if not thread:
        return False
    free = leave_behind(connection, thread[0])
    return bool(free > max(thread[0] << BITS, thread[1]))


def leave_behind(connection: sqlite3.Connection, thread: int) -> int:
    """What was said so far is sent no more, nor read from the platform. Where it goes on."""
    free = _free_seat(connection, thread)
    connection.execute("UPDATE threads SET begins = ? WHERE id = ?", (free, thread))
    return free


def _recent(connection: sqlite3.Connection, key: str, limit: int, before: str) -> list[Turn]:
    thread = next(connection.execute("SELECT id FROM threads WHERE key = ?", (key,)), None)
    if not thread:
        return []
    first, end = thread[0] << BITS, (thread[0] + 1) << BITS
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
        (seat >> BITS << BITS, seat, limit),
    )
    return [Turn(*row) for row in rows][::-1]
