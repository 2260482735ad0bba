"""What was said is in no table, no index and no file any more. What was spent stays booked."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

import msgspec

from bot.events import Place
from bot.storage import inbox, memory
from bot.storage.database import Database
from bot.storage.inbox import Taken
from bot.storage.recall import Recall
from bot.storage.turns import BITS
from bot.storage.works import Works

_AT_ONCE = 500  # answers
_OLDEST = 20  # turns of a thread, among which its oldest is: an edited one is younger than it looks
_TABLES = ("feedback", "steps", "corrections", "receipts")  # with a column `delivery`
_OF_A_PERSON = (
    ("preferences", "scope"),
    ("feedback", "author"),
    ("pins", "author"),
    ("personas", "author"),
    ("corrections", "author"),
    ("receipts", "author"),
    ("judged", "author"),
    ("people", "author"),
)  # fmt: skip


class Kept(msgspec.Struct, frozen=True):
    """One question with its answer, or what an answer made."""

    delivery: str
    place: str  # Place.key
    author: str  # who asked; "": nobody knows any more


class Forgetting:
    def __init__(self, database: Database, works: Works, recall: Recall) -> None:
        self._database = database
        self._works = works
        self._recall = recall

    # Finding

    async def at(self, place: Place, event: str, native: str) -> str:
        """The delivery that answers this message, or whose answer it is; "" where there is none."""
        # An adapter may name a post by where it stands too, `channel/message`.
        posts = (native, f"{place.channel}/{native}", f"{place.thread}/{native}")
        return await self._database.read(
            partial(_at, channel=place.channel_key, event=event, posts=posts)
        )

    async def of(self, delivery: str) -> Kept | None:
        return next(iter(await self._read(_OF, (delivery,))), None)

    async def thread(self, place: str) -> list[Kept]:
        """`place`: its key."""
        return await self._read(_THREAD, (place,))

    async def person(self, author: str) -> list[Kept]:
        return await self._read(_PERSON, (author,))

    async def older(self, channel: str, before: float) -> list[Kept]:
        """Some of what was said before then. `channel`: Place.channel_key; "": everywhere."""
        first, end = (f"{channel}:", f"{channel};") if channel else ("", chr(0x10FFFF))
        return await self._read(_OLDER, (before, first, end, _OLDEST, _AT_ONCE))

    async def under_way(self, author: str) -> list[Taken]:
        """What they asked and is not answered yet."""
        return await self._database.read(partial(inbox.under_way, author=author))

    async def messages(self, delivery: str) -> list[str]:
        """The ids, as events, of the messages that it answers."""
        query = "SELECT event FROM seen WHERE delivery = ?"
        rows = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchall())
        return [event for (event,) in rows]

    async def channels(self) -> list[str]:
        """All in which something was said."""
        query = "SELECT key FROM threads UNION SELECT place FROM works"
        rows = await self._database.read(lambda db: db.execute(query).fetchall())
        return sorted({key.rpartition(":")[0] for (key,) in rows})

    async def _read(self, query: str, values: Sequence[object]) -> list[Kept]:
        rows = await self._database.read(lambda db: db.execute(query, values).fetchall())
        return [Kept(*row) for row in rows]

    # Forgetting

    async def forget(self, delivery: str) -> None:
        """What was asked and answered, with all that came of it: summaries, works, files. A thread
        that nothing is left of is not read anew from the platform.
        """
        parts = await self._database.write(partial(_forget, delivery=delivery))
        for part in {*parts, *await self._works.parts(delivery)}:
            await self._works.forget(part)
            await self._recall.forget(part)

    async def leave(self, place: str) -> None:
        """A thread (Place.key) that nothing is left of is not read anew from the platform."""
        await self._database.write(partial(_leave, place=place))

    async def forget_person(self, author: str) -> None:
        """What they chose, pinned and thought of answers. What they said is forgotten one by one,
        before this.
        """
        await self._database.write(partial(_forget_person, author=author))
        await self._recall.forget_author(author)

    async def finish(self) -> None:
        """Nothing of it is left in the write-ahead log either, once nobody reads in it."""
        await asyncio.to_thread(_truncate, self._database.path)


_FACTS = "SELECT delivery, max(place) AS place, max(author) FROM ({}) GROUP BY delivery"
_TURNS = """SELECT t.delivery, h.key AS place, t.author
    FROM turns t JOIN threads h ON h.id = t.id >> 24 WHERE {}"""
_WORKS = "SELECT delivery, place, author FROM works WHERE {}"
_THREADS = """SELECT t.delivery, h.key AS place, t.author
    FROM threads h JOIN turns t ON t.id >= h.id << 24 AND t.id < (h.id + 1) << 24 WHERE {}"""
_FIRST = """(SELECT min(at) FROM (
    SELECT at FROM turns WHERE id >= h.id << 24 AND id < (h.id + 1) << 24 ORDER BY id LIMIT ?4))"""


def _facts(turns: str, of: str, works: str) -> str:
    """A query of Kept."""
    return _FACTS.format(" UNION ALL ".join((turns.format(of), _WORKS.format(works))))


_OF = _facts(_TURNS, "t.delivery = ?1", "delivery = ?1")
_THREAD = _facts(_THREADS, "h.key = ?1", "place = ?1")
_PERSON = _facts(_TURNS, "t.author = ?1", "author = ?1")
_OLDER = _facts(
    _THREADS, f"h.key >= ?2 AND h.key < ?3 AND t.at < ?1 AND ?1 > {_FIRST}",
    "at < ?1 AND place >= ?2 AND place < ?3",
) + " LIMIT ?5"  # fmt: skip
_PLACE = f"SELECT place FROM ({_OF})"  # noqa: S608  constants


def _at(
    connection: sqlite3.Connection, channel: str, event: str, posts: tuple[str, str, str]
) -> str:
    rows = connection.execute(
        "SELECT delivery FROM seen WHERE event = ? AND delivery IS NOT NULL "
        "UNION ALL SELECT delivery FROM outbox WHERE native_id IN (?, ?, ?)",
        (event, *posts),
    )
    for (delivery,) in rows.fetchall():
        (place,) = next(connection.execute(_PLACE, (delivery,)), ("",))
        if place.rpartition(":")[0] == channel:  # the ids of some platforms are a channel's own
            return str(delivery)
    return ""


def _forget(connection: sqlite3.Connection, delivery: str) -> list[str]:
    """The deliveries that were parts of it: what tools made has names of its own."""
    parts = [delivery, *_parts(connection, delivery)]
    for part in parts:
        thread = _thread_of(connection, part)
        memory.erase(connection, part)
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table} WHERE delivery = ?", (part,))  # noqa: S608  constants
        connection.execute(_JUDGED, (part,))
        connection.execute("UPDATE inbox SET shown = '' WHERE delivery = ?", (part,))
        if thread is not None:
            _close(connection, thread)
    return parts


_JUDGED = "DELETE FROM judged WHERE message IN (SELECT event FROM seen WHERE delivery = ?)"


def _parts(connection: sqlite3.Connection, delivery: str) -> Iterator[str]:
    query = (
        "SELECT delivery FROM turns WHERE delivery > ?1 AND delivery < ?2 UNION "
        "SELECT delivery FROM works WHERE delivery > ?1 AND delivery < ?2"
    )
    rows = connection.execute(query, (f"{delivery}.", f"{delivery}/")).fetchall()
    return (part for (part,) in rows)


def _thread_of(connection: sqlite3.Connection, delivery: str) -> int | None:
    query = "SELECT id >> ? FROM turns WHERE delivery = ?"
    (thread,) = next(connection.execute(query, (BITS, delivery)), (None,))
    return thread


def _leave(connection: sqlite3.Connection, place: str) -> None:
    query = "SELECT id FROM threads WHERE key = ?"
    for (thread,) in connection.execute(query, (place,)).fetchall():
        _close(connection, thread)


def _close(connection: sqlite3.Connection, thread: int) -> None:
    query = "SELECT 1 FROM turns WHERE id >= ? AND id < ? LIMIT 1"
    if not connection.execute(query, (thread << BITS, (thread + 1) << BITS)).fetchone():
        memory.leave_behind(connection, thread)


def _forget_person(connection: sqlite3.Connection, author: str) -> None:
    for table, column in _OF_A_PERSON:
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (author,))  # noqa: S608  constants


def _truncate(path: object) -> None:
    """Where somebody reads in it just now, the next time does it."""
    with closing(sqlite3.connect(str(path), timeout=5)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
