"""The vectors of passages, and their signs."""

import json
import sqlite3
from array import array
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from bot.storage.database import Database
from bot.storage.taking import taken

T = TypeVar("T")
AT_ONCE = 4_096  # signs; of more, the loop would wait for the collector of garbage


class Waiting(NamedTuple):
    """A passage without a vector of the model in use."""

    id: int
    workspace: str
    channel: str
    delivery: str
    author: str
    text: str


class Sign(NamedTuple):
    id: int
    passage: int
    bits: bytes
    kind: str
    channel: str
    place: str


class Vector(NamedTuple):
    passage: int
    bits: bytes
    numbers: bytes
    cached: bytes  # the key in the cache


class Spot(NamedTuple):
    """When something was said, without what it says."""

    passage: int
    at: float


class Said(NamedTuple):
    """What is meant: of a workspace or channel, since then. The vectors are of `model`."""

    workspace: str
    channel: str  # Place.channel_key; "": all of them
    model: str
    since: float


class Spoken(NamedTuple):
    """Where something was said, and how much."""

    place: str
    known: int  # passages with a vector of the model in use
    waiting: int  # passages without


class Vectors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, workspace: str, model: str, look: Callable[["Moment"], T]) -> T:
        """On a thread of the database."""
        return await self._database.read(lambda db: look(Moment(db, workspace, model)))

    async def of(self, passages: Sequence[int]) -> dict[int, bytes]:
        """Of those that are still there, in this order."""
        return await self._database.read(partial(_of, passages=passages))

    async def places(self, said: Said) -> list[Spoken]:
        query = (
            f"SELECT place, sum(model = ?3), sum(model <> ?3) FROM passages WHERE {_said(said)} "  # noqa: S608  constants
            "GROUP BY place ORDER BY place"
        )
        return await self._database.read(
            lambda db: [Spoken(*one) for one in db.execute(query, said)]
        )

    async def spots(self, said: Said, places: Collection[str], most: int) -> list[Spot]:
        """Of those with a vector, in these places; of more than `most`, a sample."""
        query = f"SELECT id, at, place FROM passages WHERE {_said(said)} AND model = ?3 ORDER BY id"  # noqa: S608  constants
        wanted = frozenset(places)

        def read(connection: sqlite3.Connection) -> list[Spot]:
            ids, times = array("q"), array("d")
            for id_, at, place in connection.execute(query, said):
                if place in wanted:
                    ids.append(id_)
                    times.append(at)
            return [Spot(ids[row], times[row]) for row in taken(range(len(ids)), most)]

        return await self._database.read(read)

    async def waiting(self, model: str, now: float, limit: int) -> list[Waiting]:
        """Those whose vectors another model made, or none."""
        query = (
            "SELECT id, workspace, channel, delivery, author, text FROM passages "
            "WHERE (model < ?1 OR model > ?1) AND not_before <= ?2 LIMIT ?3"
        )
        row = (model, now, limit)
        rows = await self._database.read(lambda db: db.execute(query, row).fetchall())
        return [Waiting(*one) for one in rows]

    async def wait(self, passages: Sequence[int], until: float) -> None:
        rows = [(until, id_) for id_ in passages]
        query = "UPDATE passages SET not_before = ? WHERE id = ?"
        await self._database.write(lambda db: db.executemany(query, rows).rowcount)

    async def learn(self, model: str, vectors: Sequence[Vector]) -> None:
        """A passage that is gone meanwhile stays gone."""
        await self._database.write(partial(_learn, model=model, vectors=vectors))


class Moment:
    """The vectors that a model made of a workspace's passages, as they are at one moment."""

    def __init__(self, connection: sqlite3.Connection, workspace: str, model: str) -> None:
        self._connection = connection
        self._whose = (workspace, model)

    def signs(self, after: int) -> list[Sign]:
        """Those with a higher id, in order: the first AT_ONCE of them."""
        query = (
            "SELECT s.id, s.passage, s.bits, p.kind, p.channel, p.place FROM signs s "
            "JOIN passages p ON p.id = s.passage "
            "WHERE s.workspace = ? AND s.model = ? AND s.id > ? ORDER BY s.id LIMIT ?"
        )
        rows = self._connection.execute(query, (*self._whose, after, AT_ONCE))
        return [Sign(*row) for row in rows]

    def numbers(self, passages: Sequence[int]) -> dict[int, bytes]:
        """Of those that are still there, in this order."""
        return _of(self._connection, passages)


def _said(said: Said) -> str:
    where = "channel = ?2" if said.channel else "workspace = ?1"
    return f"{where} AND kind = 'said' AND at >= ?4"


def _of(connection: sqlite3.Connection, passages: Sequence[int]) -> dict[int, bytes]:
    query = "SELECT passage, numbers FROM vectors WHERE passage IN (SELECT value FROM json_each(?))"
    found = dict(connection.execute(query, (json.dumps(passages),)).fetchall())
    return {id_: found[id_] for id_ in passages if id_ in found}


def _learn(connection: sqlite3.Connection, model: str, vectors: Sequence[Vector]) -> None:
    for vector in vectors:
        ours = connection.execute(
            "UPDATE passages SET model = ?, cached = ?, not_before = 0 WHERE id = ? "
            "RETURNING workspace",
            (model, vector.cached, vector.passage),
        ).fetchall()
        if not ours:  # erased meanwhile, and so is what the cache has of it
            connection.execute("DELETE FROM cache WHERE key = ?", (vector.cached,))
            continue
        connection.execute("DELETE FROM signs WHERE passage = ?", (vector.passage,))
        connection.execute(
            "INSERT INTO signs (passage, workspace, model, bits) VALUES (?, ?, ?, ?)",
            (vector.passage, ours[0][0], model, vector.bits),
        )
        connection.execute(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)", (vector.passage, vector.numbers)
        )
