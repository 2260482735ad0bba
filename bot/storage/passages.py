"""Passages as rows: what was said or written, and the words in it."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from bot.storage import words

Kind: TypeAlias = Literal["said", "file", "knowledge"]
COLUMNS = "id, kind, channel, place, delivery, author, title, part, text, at"


class Saying(msgspec.Struct, frozen=True):
    """One passage that is to be kept."""

    text: str
    part: str = ""  # of a file: `page 3`


class Facts(NamedTuple):
    """What passages that are kept together have in common."""

    kind: Kind
    workspace: str  # Place.payer
    channel: str  # Place.channel_key
    place: str  # Place.key
    delivery: str
    author: str
    title: str


class Found(msgspec.Struct, frozen=True):
    id: int
    kind: Kind
    channel: str
    place: str
    delivery: str
    author: str
    title: str
    part: str
    text: str
    at: float


class Scope(NamedTuple):
    """Where to look. With a `place`: its channel's knowledge, the place's own files, and with
    `said` what was said elsewhere in the channel. Without one: everything in the workspace but
    what is in `unread`, which are channels and places.
    """

    workspace: str
    channel: str = ""
    place: str = ""
    said: bool = False
    unread: frozenset[str] = frozenset()

    def has(self, kind: str, channel: str, place: str) -> bool:
        if not self.place:
            return channel not in self.unread and place not in self.unread
        if channel != self.channel:
            return False
        if kind == "said":
            return self.said and place != self.place
        return kind == "knowledge" or place == self.place


def keep(
    connection: sqlite3.Connection, facts: Facts, sayings: Sequence[Saying], at: float
) -> list[int]:
    """Their ids."""
    scope = f"{words.token(facts.workspace)} {words.token(facts.channel)}"
    return [_keep(connection, facts, saying, at, scope) for saying in sayings]


def _keep(
    connection: sqlite3.Connection, facts: Facts, saying: Saying, at: float, scope: str
) -> int:
    row = (*facts, saying.part, saying.text, at)
    ((id_,),) = connection.execute(
        "INSERT INTO passages (kind, workspace, channel, place, delivery, author, title, part, "
        "text, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        row,
    ).fetchall()
    connection.execute(
        "INSERT INTO passage_words (rowid, scope, text) VALUES (?, ?, ?)",
        (id_, scope, words.indexed(saying.text)),
    )
    return int(id_)


def move(connection: sqlite3.Connection, delivery: str, place: str) -> None:
    """Their signs are new, for who has them in memory with where they were."""
    connection.execute("UPDATE passages SET place = ? WHERE delivery = ?", (place, delivery))
    signs = connection.execute(
        "DELETE FROM signs WHERE passage IN (SELECT id FROM passages WHERE delivery = ?) "
        "RETURNING passage, workspace, model, bits",
        (delivery,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO signs (passage, workspace, model, bits) VALUES (?, ?, ?, ?)", signs
    )


def worded(connection: sqlite3.Connection, match: str, scope: Scope, limit: int) -> list[int]:
    """What is out of scope is passed over, however much of it comes first."""
    rows = connection.execute(
        "SELECT p.id, p.kind, p.channel, p.place FROM "
        "(SELECT rowid, rank FROM passage_words WHERE passage_words MATCH ?) w "
        "JOIN passages p ON p.id = w.rowid ORDER BY w.rank",
        (match,),
    )
    found: list[int] = []
    for id_, *where in rows:
        if scope.has(*where):
            found.append(id_)
            if len(found) == limit:
                break
    return found


def there(connection: sqlite3.Connection, where: str, values: Sequence[Any]) -> bool:
    query = f"SELECT 1 FROM passages WHERE {where} LIMIT 1"  # noqa: S608  constants
    return bool(connection.execute(query, values).fetchone())


def erase(connection: sqlite3.Connection, where: str, values: Sequence[Any]) -> int:
    """How many there were. Their words are out of the full-text index once that is merged."""
    ids = f"SELECT id FROM passages WHERE {where}"  # noqa: S608  constants
    for query in (
        f"DELETE FROM cache WHERE key IN (SELECT cached FROM passages WHERE {where})",  # noqa: S608
        f"DELETE FROM vectors WHERE passage IN ({ids})",  # noqa: S608
        f"DELETE FROM signs WHERE passage IN ({ids})",  # noqa: S608
        f"DELETE FROM passage_words WHERE rowid IN ({ids})",  # noqa: S608
    ):
        connection.execute(query, values)
    return connection.execute(f"DELETE FROM passages WHERE {where}", values).rowcount  # noqa: S608


def merge(connection: sqlite3.Connection, pages: int) -> bool:
    """Whether there is more to do: https://www.sqlite.org/fts5.html#the_merge_command"""
    before = connection.total_changes
    connection.execute(
        "INSERT INTO passage_words (passage_words, rank) VALUES ('merge', ?)", (pages,)
    )
    return connection.total_changes - before > 1
