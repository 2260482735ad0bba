"""What came in and is not answered yet: written down before the platform hears that it was."""

import json
import logging
import secrets
import sqlite3
import time
from functools import partial
from typing import Literal, TypeAlias

import msgspec

from bot.events import Event, Message
from bot.storage.database import Database
from bot.storage.owner import Owner

NotTaken: TypeAlias = Literal["duplicate", "ignored"]
PRUNED_AT_ONCE = 5000  # rows a transaction, so that no event waits long behind them
EVERYTHING = -1  # as a LIMIT of SQLite
_Row: TypeAlias = tuple[str, bytes, int, str]
_decode = msgspec.json.Decoder(Event).decode
log = logging.getLogger(__name__)


class Taken(msgspec.Struct, frozen=True):
    """An event that this process answers. `shown` is what people already read of the answer."""

    delivery: str
    event: Event
    attempt: int = 1
    shown: str = ""


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = database.owner

    async def accept(self, event: Event) -> Taken | NotTaken:
        """Each event id is taken once. A message to nobody is "ignored" and leaves its id alone,
        unless it is said in a thread that Parley takes part in. One to Parley starts such a
        thread. Raises StorageUnavailable.
        """
        delivery = secrets.token_urlsafe(9)
        addressed = not isinstance(event, Message) or event.addressed
        event, content = _sound(event)

        def work(connection: sqlite3.Connection) -> NotTaken | None:
            if not _first_seen(connection, event.id):
                return "duplicate"
            if not addressed and not _takes_part(connection, event):
                return "ignored"
            if isinstance(event, Message):
                _join(connection, event)
            connection.execute(
                "INSERT INTO inbox (delivery, owner, attempt, shown, event) "
                "VALUES (?, ?, 1, '', ?)",
                (delivery, self._owner.id, content),
            )
            return None

        return await self._database.write(work) or Taken(delivery, event)

    async def finish(self, delivery: str) -> None:
        """It is answered: erase what was said. Its steps are never run again."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM inbox WHERE delivery = ?", (delivery,))
            connection.execute("DELETE FROM steps WHERE delivery = ?", (delivery,))

        await self._database.write(work)

    async def abandoned(self, limit: int = EVERYTHING) -> list[Taken]:
        """Take over, oldest first, what a dead process has not answered; one that left is dead
        too. The attempt is the next one, which counts once it has begun.
        """
        rows = await self._database.write(partial(_take_over, owner=self._owner, limit=limit))
        return [taken for row in rows if (taken := _read(*row))]

    async def begin(self, delivery: str) -> None:
        """Count another attempt at an event that was taken over."""
        query = "UPDATE inbox SET attempt = attempt + 1 WHERE delivery = ?"
        await self._database.write(lambda db: db.execute(query, (delivery,)))

    async def prune(self, before: float) -> None:
        """Forget the ids of events that came before then; they would be taken for new again."""
        while await self._database.write(partial(_prune, before=before)) == PRUNED_AT_ONCE:
            pass


def keep_shown(connection: sqlite3.Connection, delivery: str, shown: str) -> None:
    connection.execute("UPDATE inbox SET shown = ? WHERE delivery = ?", (shown, delivery))


def _sound(event: Event) -> tuple[Event, bytes]:
    """The event, as addressed, and its JSON. Half a surrogate pair, which JSON from a platform
    may hold and UTF-8 may not, becomes a question mark.
    """
    if isinstance(event, Message):
        event = msgspec.structs.replace(event, addressed=True)
    try:
        return event, msgspec.json.encode(event)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(event), ensure_ascii=False)
        content = text.encode(errors="replace")
        return _decode(content), content


def _first_seen(connection: sqlite3.Connection, event: str) -> bool:
    row = (event, time.time())
    return connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", row).rowcount == 1


def _takes_part(connection: sqlite3.Connection, event: Event) -> bool:
    """In a channel itself, outside its threads, Parley answers only what is said to it."""
    key = (event.place.key,)
    row = connection.execute("SELECT 1 FROM threads WHERE key = ?", key).fetchone()
    return bool(event.place.thread and row)


def _join(connection: sqlite3.Connection, event: Event) -> None:
    connection.execute("INSERT OR IGNORE INTO threads (key) VALUES (?)", (event.place.key,))


def _take_over(connection: sqlite3.Connection, owner: Owner, limit: int) -> list[_Row]:
    owners = connection.execute("SELECT DISTINCT owner FROM inbox WHERE owner IS NOT NULL")
    dead = [(name,) for (name,) in owners.fetchall() if owner.dead(name)]
    connection.executemany("UPDATE inbox SET owner = NULL WHERE owner = ?", dead)
    rows: list[_Row] = connection.execute(
        "SELECT delivery, event, attempt + 1, shown FROM inbox WHERE owner IS NULL "
        "ORDER BY position LIMIT ?",
        (limit,),
    ).fetchall()
    connection.executemany(
        "UPDATE inbox SET owner = ? WHERE delivery = ?", [(owner.id, row[0]) for row in rows]
    )
    return rows


def _read(delivery: str, content: bytes, attempt: int, shown: str) -> Taken | None:
    try:
        return Taken(delivery, _decode(content), attempt, shown)
    except msgspec.DecodeError as error:
        # Kept for a version that can read it; this one must not stumble over it at each start.
        log.error("the event of delivery %s cannot be read: %s", delivery, error)
        return None


def _prune(connection: sqlite3.Connection, before: float) -> int:
    return connection.execute(
        "DELETE FROM seen WHERE event IN (SELECT event FROM seen WHERE at < ? LIMIT ?)",
        (before, PRUNED_AT_ONCE),
    ).rowcount
