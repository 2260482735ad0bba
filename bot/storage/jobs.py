"""Jobs of the provider's that are watched, until long after they ended."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from bot.events import Author, Place
from bot.storage.database import Database

JobKind: TypeAlias = Literal["fine_tune", "batch"]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Times are UTC seconds. The fields are the columns of the table."""

    id: str  # the provider's
    kind: JobKind
    name: str
    place: Place  # that wants to know
    author: Author  # who asked
    delivery: str  # whose message is the card
    began: float  # when the watch did
    next_at: float  # when to ask the provider again
    pause: float  # seconds between the last two looks
    facts: bytes = b""  # what was last heard, JSON
    news: int = 0  # how often the card was changed
    said: str = ""  # what it says
    missing_since: float | None = None  # since when the provider does not know it
    ended: float | None = None


class Jobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, job: Watched) -> None:
        """One that is watched already stays as it is; one that has ended begins anew."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM jobs WHERE id = ? AND ended IS NOT NULL", (job.id,))
            connection.execute(_ADD, _row(job))

        await self._database.write(work)

    async def get(self, id_: str) -> Watched | None:
        return next(iter(await self._found("id = ?", (id_,))), None)

    async def of_delivery(self, delivery: str) -> Watched | None:
        """The one whose card this delivery's message is."""
        return next(iter(await self._found("delivery = ?", (delivery,))), None)

    async def due(self, now: float, limit: int) -> list[Watched]:
        return await self._found("ended IS NULL AND next_at <= ? ORDER BY next_at LIMIT ?",
                                 (now, limit))  # fmt: skip

    async def under_way(self) -> list[Watched]:
        """The oldest first."""
        return await self._found("ended IS NULL ORDER BY began", ())

    async def put(self, job: Watched) -> None:
        """What changed of one that is being watched; nothing where nobody watches it any more."""
        facts = (job.next_at, job.pause, job.facts, job.news, job.said, job.missing_since,
                 job.ended, job.id)  # fmt: skip
        await self._database.write(lambda db: db.execute(_PUT, facts).rowcount)

    async def hurry(self, id_: str, at: float, pause: float) -> None:
        """Something happened to it: look at it then, and often again."""
        query = "UPDATE jobs SET next_at = ?, pause = ? WHERE id = ? AND ended IS NULL"
        await self._database.write(lambda db: db.execute(query, (at, pause, id_)).rowcount)

    async def forget(self, id_: str) -> None:
        await self._database.write(
            lambda db: db.execute("DELETE FROM jobs WHERE id = ?", (id_,)).rowcount
        )

    async def prune(self, before: float) -> None:
        """Forget those that ended before then."""
        query = "DELETE FROM jobs WHERE ended < ?"
        await self._database.write(lambda db: db.execute(query, (before,)).rowcount)

    async def _found(self, where: str, values: Sequence[object]) -> list[Watched]:
        query = f"SELECT {_COLUMNS} FROM jobs WHERE {where}"  # noqa: S608  constants
        rows = await self._database.read(lambda db: db.execute(query, tuple(values)).fetchall())
        return [_watched(row) for row in rows]


_NAMES = Watched.__struct_fields__
_COLUMNS = ", ".join(_NAMES)
_ADD = f"INSERT OR IGNORE INTO jobs ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608  constants
_PUT = """UPDATE jobs SET next_at = ?, pause = ?, facts = ?, news = ?, said = ?,
    missing_since = ?, ended = ? WHERE id = ? AND ended IS NULL"""
_JSON = {"place": Place, "author": Author}


def _row(job: Watched) -> tuple[object, ...]:
    values = msgspec.structs.asdict(job)
    return tuple(msgspec.json.encode(v) if k in _JSON else v for k, v in values.items())


def _watched(row: Sequence[Any]) -> Watched:
    fields = dict(zip(_NAMES, row, strict=True))
    told = {k: msgspec.json.decode(fields[k], type=kind) for k, kind in _JSON.items()}
    return Watched(**fields | told)
