"""The vectors of passages, and their signs."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from bot.storage.database import Database


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
    """Where something was said, without what it says."""

    passage: int
    channel: str
    place: str
    at: float
    known: bool  # it has a vector of the model in use


class Vectors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def signs(self, workspace: str, model: str, after: int) -> list[Sign]:
        """Those with a higher id, in order."""
        query = (
            "SELECT s.id, s.passage, s.bits, p.kind, p.channel, p.place FROM signs s "
            "JOIN passages p ON p.id = s.passage "
            "WHERE s.workspace = ? AND s.model = ? AND s.id > ? ORDER BY s.id"
        )
        row = (workspace, model, after)
        rows = await self._database.read(lambda db: db.execute(query, row).fetchall())
        return [Sign(*one) for one in rows]

    async def of(self, passages: Sequence[int]) -> dict[int, bytes]:
        """Of those that are still there, in this order."""
        return await self._database.read(partial(_of, passages=passages))

    async def said(self, workspace: str, channel: str, model: str, since: float) -> list[Spot]:
        """All since then, the oldest first. `channel`: Place.channel_key; "": all of them."""
        where = "channel = ?2" if channel else "workspace = ?1"
        query = (
            f"SELECT id, channel, place, at, model = ?3 FROM passages "  # noqa: S608  constants
            f"WHERE {where} AND kind = 'said' AND at >= ?4 ORDER BY at, id"
        )
        row = (workspace, channel, model, since)
        rows = await self._database.read(lambda db: db.execute(query, row).fetchall())
        return [Spot(*one) for one in rows]

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


def _of(connection: sqlite3.Connection, passages: Sequence[int]) -> dict[int, bytes]:
    query = "SELECT numbers FROM vectors WHERE passage = ?"
    rows = ((id_, connection.execute(query, (id_,)).fetchone()) for id_ in passages)
    return {id_: row[0] for id_, row in rows if row}


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
