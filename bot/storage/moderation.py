"""Policies of watched channels, scores of what was said there, and what moderators decided."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from bot.events import Place
from bot.moderating.policy import Policy, Version
from bot.storage.database import Database

_AT_ONCE = 1_000  # rows forgotten in one transaction
JUDGED = "message, place, source, author, hash, scores, version, category, action, at, moderation"


class Judged(msgspec.Struct, frozen=True):
    """One message, without its words."""

    message: str
    place: Place
    source: str
    author: str
    hash: bytes
    scores: Mapping[str, float]
    version: int
    category: str
    action: str
    at: float
    moderation: str = ""  # the id of the verdict, for the provider's support


class Review(msgspec.Struct, frozen=True):
    """A case before the moderators, and what one of them decided."""

    message: str
    decision: str
    author: str
    run: str
    at: float


class Decided(msgspec.Struct, frozen=True):
    """What a decision teaches."""

    category: str
    score: float
    approved: bool


class Moderation:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self, channel: str) -> Version:
        """What holds now."""
        return next(iter(await self.versions(channel, 1)), Version())

    async def versions(self, channel: str, most: int) -> Sequence[Version]:
        """The last ones, newest first."""
        query = (
            "SELECT version, policy, author, at FROM policies WHERE channel = ? "
            "ORDER BY version DESC LIMIT ?"
        )
        rows = await self._database.read(lambda db: db.execute(query, (channel, most)).fetchall())
        return [
            Version(number, msgspec.json.decode(policy, type=Policy), author, at)
            for number, policy, author, at in rows
        ]

    async def change(self, channel: str, policy: Policy, author: str) -> None:
        """A new version. The same policy once more is none."""
        await self._database.write(
            partial(_change, channel=channel, policy=policy, author=author, at=time.time())
        )

    async def keep(self, judged: Judged) -> None:
        """Judged twice, the first stays."""
        row = (
            judged.message, judged.place.channel_key, msgspec.json.encode(judged.place),
            judged.source, judged.author, judged.hash, msgspec.json.encode(judged.scores),
            judged.version, judged.category, judged.action, judged.at, judged.moderation,
        )  # fmt: skip
        query = f"INSERT OR IGNORE INTO judged VALUES ({', '.join('?' * len(row))})"  # noqa: S608  question marks
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def judged(self, message: str) -> Judged | None:
        query = f"SELECT {JUDGED} FROM judged WHERE message = ?"  # noqa: S608  names of columns
        row = await self._database.read(lambda db: db.execute(query, (message,)).fetchone())
        return judged_of(row) if row else None

    async def since(self, channel: str, at: float, most: int) -> Sequence[Judged]:
        """What was said in the channel from then on, newest first."""
        query = (
            f"SELECT {JUDGED} FROM judged WHERE channel = ? AND at >= ? ORDER BY at DESC LIMIT ?"  # noqa: S608  as above
        )
        key = (channel, at, most)
        rows = await self._database.read(lambda db: db.execute(query, key).fetchall())
        return [judged_of(row) for row in rows]

    async def ask(self, delivery: str, message: str) -> None:
        """A case is before the moderators."""
        query = "INSERT OR IGNORE INTO reviews (delivery, message, at) VALUES (?, ?, ?)"
        row = (delivery, message, time.time())
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def decide(self, delivery: str, decision: str, author: str, run: str) -> Review | None:
        """The first decision stays: what holds now. None: there is no such case."""
        return await self._database.write(
            partial(_decide, delivery=delivery, row=(decision, author, run, time.time()))
        )

    async def decided(self, channel: str) -> Sequence[Decided]:
        """Of the channel's messages, what moderators said of them."""
        rows = await self._database.read(lambda db: db.execute(_DECIDED, (channel,)).fetchall())
        return [Decided(category, score, bool(approved)) for category, score, approved in rows]

    async def allow(self, workspace: str, digest: bytes, author: str) -> None:
        query = "INSERT OR IGNORE INTO allowed VALUES (?, ?, ?, ?)"
        row = (workspace, digest, author, time.time())
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def allows(self, workspace: str, digest: bytes) -> bool:
        query = "SELECT 1 FROM allowed WHERE workspace = ? AND hash = ?"
        key = (workspace, digest)
        return await self._database.read(lambda db: db.execute(query, key).fetchone()) is not None

    async def prune(self, before: float) -> None:
        """Forget scores and cases of before then. Policies, and what is allowed, stay."""
        while await self._database.write(partial(_prune, before=before)) >= _AT_ONCE:
            pass


_DECIDED = """SELECT category, coalesce(json_extract(scores, '$."' || category || '"'), 0),
        decision IN ('approved', 'allowed')
    FROM reviews JOIN judged USING (message)
    WHERE channel = ? AND decision != '' AND category != ''"""


def _change(
    connection: sqlite3.Connection, channel: str, policy: Policy, author: str, at: float
) -> None:
    query = "SELECT version, policy FROM policies WHERE channel = ? ORDER BY version DESC LIMIT 1"
    version, now = next(connection.execute(query, (channel,)), (0, b""))
    if (encoded := msgspec.json.encode(policy)) != now:
        row = (channel, version + 1, policy.watched, encoded, author, at)
        connection.execute("INSERT INTO policies VALUES (?, ?, ?, ?, ?, ?)", row)


def _decide(
    connection: sqlite3.Connection, delivery: str, row: tuple[str, str, str, float]
) -> Review | None:
    connection.execute(
        "UPDATE reviews SET decision = ?, author = ?, run = ?, at = ? "
        "WHERE delivery = ? AND decision = ''",
        (*row, delivery),
    )
    query = "SELECT message, decision, author, run, at FROM reviews WHERE delivery = ?"
    found = connection.execute(query, (delivery,)).fetchone()
    return Review(*found) if found else None


def judged_of(row: Sequence[Any]) -> Judged:
    message, place, source, author, digest, scores, *rest = row
    there = msgspec.json.decode(place, type=Place)
    by_category = msgspec.json.decode(scores, type=dict[str, float])
    return Judged(message, there, source, author, digest, by_category, *rest)


def _prune(connection: sqlite3.Connection, before: float) -> int:
    return sum(
        connection.execute(
            f"DELETE FROM {table} WHERE {key} IN "  # noqa: S608  names of tables
            f"(SELECT {key} FROM {table} WHERE at < ? LIMIT {_AT_ONCE})",
            (before,),
        ).rowcount
        for table, key in (("judged", "message"), ("reviews", "delivery"))
    )
