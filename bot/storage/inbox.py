"""What came in and is not answered yet: written down before the platform hears that it was."""

import json
import logging
import secrets
import sqlite3
import time
from functools import partial
from typing import Literal, TypeAlias, TypeVar

import msgspec

from bot.events import Deleted, Edited, Event, Invocation, Message, Place, Stop
from bot.storage.database import Database
from bot.storage.owner import Owner
from bot.storage.turns import conversation

WATCH = "watch"  # the command that judges what is said in a watched channel
NotTaken: TypeAlias = Literal["duplicate", "ignored", "handed over"]
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
        unless it is said in a thread that Parley takes part in, or is sound where Parley listens.
        Where a channel is watched, each message is an event for that as well.
        One to Parley starts such a thread. What belongs to the work of another living process is
        "handed over" to that. Raises StorageUnavailable.
        """
        taken = Taken(secrets.token_urlsafe(9), _sound(event))
        return await self._database.write(partial(_accept, taken=taken, owner=self._owner))

    async def handed(self) -> list[Taken]:
        """What other processes took in for this one, oldest first."""
        query = "SELECT 1 FROM inbox WHERE owner = ? AND handed = 1"
        mine = (self._owner.id,)
        if not await self._database.read(lambda db: db.execute(query, mine).fetchone()):
            return []
        rows = await self._database.write(partial(_take_handed, owner=self._owner))
        return [taken for row in rows if (taken := _read(*row))]

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
        """Forget the ids of events that came before then, but for those of messages that were
        answered, which may be edited or deleted. What is forgotten would be taken for new again.
        """
        while await self._database.write(partial(_prune, before=before)) == PRUNED_AT_ONCE:
            pass


def under_way(connection: sqlite3.Connection, author: str) -> list[Taken]:
    """What this person asked and is not answered yet, oldest first."""
    query = "SELECT delivery, event, attempt, shown FROM inbox ORDER BY position"
    rows = [_read(*row) for row in connection.execute(query)]
    return [
        taken for taken in rows if taken and _asks(taken.event) and taken.event.author.id == author
    ]


def _asks(event: Event) -> bool:
    if isinstance(event, Invocation):
        return event.by != "parley"
    return isinstance(event, Message)


def keep_shown(connection: sqlite3.Connection, delivery: str, shown: str) -> None:
    connection.execute("UPDATE inbox SET shown = ? WHERE delivery = ?", (shown, delivery))


def _sound(event: Event) -> Event:
    """Half a surrogate pair, which JSON from a platform may hold and UTF-8 may not, becomes a
    question mark.
    """
    try:
        msgspec.json.encode(event)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(event), ensure_ascii=False)
        event = _decode(text.encode(errors="replace"))
    return event


def _accept(connection: sqlite3.Connection, taken: Taken, owner: Owner) -> Taken | NotTaken:
    if not _first_seen(connection, taken):
        return "duplicate"
    event, watch = _meant(connection, taken.event), _watch(connection, taken.event)
    if event and watch:
        watching = Taken(secrets.token_urlsafe(9), watch)
        _insert(connection, watching, _worker(connection, watch, owner), handed=True)
    event = event or watch
    if event is None:
        return "ignored"
    if isinstance(event, Message) and event.addressed:
        _join(connection, event)
        if event is not taken.event and not event.of:
            _answered_by(connection, event, taken.delivery)
    worker, meant = _worker(connection, event, owner), Taken(taken.delivery, event)
    if isinstance(event, Deleted):  # not to be answered any more
        connection.execute("DELETE FROM inbox WHERE answers = ?", (event.of,))
    _insert(connection, meant, worker, handed=worker != owner.id)
    return meant if worker == owner.id else "handed over"


def _insert(connection: sqlite3.Connection, taken: Taken, worker: str, *, handed: bool) -> None:
    event = taken.event
    answers = event.delivery if isinstance(event, Stop) else event.of or taken.delivery
    connection.execute(
        "INSERT INTO inbox (delivery, owner, attempt, shown, event, place, answers, handed) "
        "VALUES (?, ?, 1, '', ?, ?, ?, ?)",
        (taken.delivery, worker, msgspec.json.encode(event), _where(event), answers, handed),
    )


def _where(event: Event) -> str:
    """What is watched has nothing to do with who answers there, and one process watches all of a
    channel, in its order.
    """
    watched = isinstance(event, Invocation) and event.command == WATCH
    return f"{WATCH} {event.place.channel_key}" if watched else event.place.key


def _first_seen(connection: sqlite3.Connection, taken: Taken) -> bool:
    event = taken.event
    asks = isinstance(event, Message) and event.addressed and not isinstance(event, Edited)
    row = (event.id, time.time(), taken.delivery if asks else None)
    return connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", row).rowcount == 1


def _meant(connection: sqlite3.Connection, event: Event) -> Event | None:
    """What is to be done about it; None: nothing."""
    match event:
        case Edited():
            of = _answer_of(connection, event.message)
            return _again(_where_it_was(connection, event, of), of)
        case Message():
            if event.addressed or _listened_to(connection, event):
                return event
            there = _takes_part(connection, event)
            return msgspec.structs.replace(event, addressed=True) if there else None
        case Deleted():
            of = event.of or _answer_of(connection, event.message)
            placed = _where_it_was(connection, event, of)
            return msgspec.structs.replace(placed, of=of) if of else None
        case Invocation(of=of, by="button" | "form"):
            return _where_it_was(connection, event, of)
    return event


class _Began(msgspec.Struct):
    """Of an event, where its answer is to stand."""

    place: Place
    flat: bool = False


_Again = TypeVar("_Again", Edited, Deleted, Invocation)


def _where_it_was(connection: sqlite3.Connection, event: _Again, of: str) -> _Again:
    """What is asked of an answer again belongs to the conversation that the answer is part of: a
    platform does not tell whether a post in a channel began a thread.
    """
    if not of:
        return event
    place, channel = event.place, f"{event.place.channel_key}:"
    query = "SELECT event FROM inbox WHERE delivery = ?"
    if under_way := next(connection.execute(query, (of,)), None):
        began = msgspec.json.decode(under_way[0], type=_Began)
        flat, thread = began.flat, "" if began.flat else place.thread or began.place.thread
    elif (key := conversation(connection, of)).startswith(channel):
        thread = key.removeprefix(channel)
        flat = not thread
    else:
        return event
    there = msgspec.structs.replace(place, thread=thread)
    return msgspec.structs.replace(event, place=there, flat=flat)


def _again(event: Edited, of: str) -> Message | None:
    """The edited message as one to answer, if its first version was answered or this one is
    addressed. Its id is the message's own, so that a later edit or deletion finds the answer.
    """
    if not (of or event.addressed):
        return None
    fields = msgspec.structs.asdict(event)
    return Message(**fields | {"id": fields.pop("message"), "addressed": True, "of": of})


def _answer_of(connection: sqlite3.Connection, message: str) -> str:
    query = "SELECT delivery FROM seen WHERE event = ?"
    (delivery,) = next(connection.execute(query, (message,)), (None,))
    return delivery or ""


def _takes_part(connection: sqlite3.Connection, event: Message) -> bool:
    """In a channel itself, outside its threads, Parley answers only what is said to it; and what
    began a thread was said before Parley took part there, though it may be heard of later.
    """
    key = (event.place.key,)
    row = connection.execute("SELECT 1 FROM threads WHERE key = ?", key).fetchone()
    return bool(row and event.place.thread not in {"", event.source})


def _listened_to(connection: sqlite3.Connection, event: Message) -> bool:
    """Sound, in a channel where what is spoken is written down."""
    if _takes_part(connection, event) or not any(file.sounds for file in event.attachments):
        return False
    query = "SELECT 1 FROM preferences WHERE scope = ? AND name = 'transcription' AND value = 'on'"
    return bool(connection.execute(query, (event.place.channel_key,)).fetchone())


def _watch(connection: sqlite3.Connection, event: Event) -> Invocation | None:
    """What somebody says where a channel is watched, to Parley or not, is judged as well."""
    if not isinstance(event, Message):
        return None
    query = "SELECT watched FROM policies WHERE channel = ? ORDER BY version DESC LIMIT 1"
    (watched,) = next(connection.execute(query, (event.place.channel_key,)), (0,))
    if not watched:
        return None
    fields = {name: getattr(event, name) for name in Message.__struct_fields__}
    said = Message(**fields | {"of": "", "address": ""})
    return Invocation(
        id=event.id, place=event.place, author=event.author, at=event.at, command=WATCH,
        by="parley", source=event.source, on=said,
    )  # fmt: skip


def _join(connection: sqlite3.Connection, event: Message) -> None:
    connection.execute("INSERT OR IGNORE INTO threads (key) VALUES (?)", (event.place.key,))


def _answered_by(connection: sqlite3.Connection, event: Message, delivery: str) -> None:
    """For a message that only its thread or its edit addresses to Parley."""
    connection.execute(
        "INSERT INTO seen VALUES (?, ?, ?) "
        "ON CONFLICT (event) DO UPDATE SET delivery = excluded.delivery",
        (event.id, time.time(), delivery),
    )


def _worker(connection: sqlite3.Connection, event: Event, owner: Owner) -> str:
    """The process that works on what this event stops, or else in its place."""
    query, key = "SELECT owner FROM inbox WHERE place = :key AND owner IS NOT NULL", _where(event)
    if isinstance(event, Stop) and event.delivery:
        query, key = _WORKER_OF, event.delivery
    (worker,) = next(connection.execute(f"{query} LIMIT 1", {"key": key}), (None,))
    return worker or owner.id


_WORKER_OF = """SELECT owner FROM inbox WHERE answers = :key
    UNION ALL SELECT owner FROM inbox WHERE delivery = :key"""


def _take_handed(connection: sqlite3.Connection, owner: Owner) -> list[_Row]:
    rows: list[_Row] = connection.execute(
        "SELECT delivery, event, attempt, shown FROM inbox "
        "WHERE owner = ? AND handed = 1 ORDER BY position",
        (owner.id,),
    ).fetchall()
    connection.execute("UPDATE inbox SET handed = 0 WHERE owner = ? AND handed = 1", (owner.id,))
    return rows


def _take_over(connection: sqlite3.Connection, owner: Owner, limit: int) -> list[_Row]:
    owners = connection.execute("SELECT DISTINCT owner FROM inbox WHERE owner IS NOT NULL")
    dead = [(name,) for (name,) in owners.fetchall() if owner.dead(name)]
    connection.executemany("UPDATE inbox SET owner = NULL WHERE owner = ?", dead)
    rows: list[_Row] = connection.execute(
        "SELECT delivery, event, attempt + 1 - handed, shown FROM inbox WHERE owner IS NULL "
        "ORDER BY position LIMIT ?",
        (limit,),
    ).fetchall()
    connection.executemany(
        "UPDATE inbox SET owner = ?, handed = 0 WHERE delivery = ?",
        [(owner.id, row[0]) for row in rows],
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
        "DELETE FROM seen WHERE event IN "
        "(SELECT event FROM seen WHERE at < ? AND delivery IS NULL LIMIT ?)",
        (before, PRUNED_AT_ONCE),
    ).rowcount
