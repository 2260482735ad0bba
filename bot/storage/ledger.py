"""Every attempt at a call, and the running totals of who paid. Money is micro-dollars."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from bot.errors import Refused
from bot.storage.balances import Account, Balance, Kind, Look, Tally, Unit, Window
from bot.storage.database import Database

__all__ = [
    "Account", "Balance", "Books", "Entry", "Held", "Kind", "Look", "Outcome", "Tally", "Total",
    "Unit", "Used", "Window",
]  # fmt: skip
T = TypeVar("T")


class Used(NamedTuple):
    """What a call takes, in the units that it is priced in."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0  # the part of tokens_in that had the cached price
    pictures: int = 0
    seconds: int = 0  # of sound that was heard, rounded up
    characters: int = 0  # that were spoken


UNUSED = Used()


@dataclass(frozen=True)
class Entry:
    """An attempt about to be made."""

    call: str
    attempt: int
    delivery: str
    author: str
    workspace: str
    channel: str
    capability: str
    model: str
    expected: Used  # as counted
    cap: int  # the most output tokens that are asked for
    reserved: int
    day: int  # the windows to book it in
    month: int
    hour: int = 0
    tokens_held: int = 0


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. Released: nothing was used."""

    state: Literal["settled", "released"]
    used: Used = UNUSED
    cost: int | None = 0  # None: the price is not known
    estimated: bool = False
    request_id: str = ""


class Total(NamedTuple):
    """What one capability used of an account."""

    capability: str
    spent: int
    tokens_in: int
    tokens_out: int
    calls: int
    unpriced: int
    estimated: int
    pictures: int = 0
    seconds: int = 0
    characters: int = 0


class Held(NamedTuple):
    """An attempt under way, or one that was when its process died."""

    id: int
    owner: str
    model: str
    may_have_run: bool
    expected: Used
    cap: int
    reserved: int
    shown: str = ""  # what people read of the answer


class JobCost(NamedTuple):
    """What a batch or a fine-tuning job holds, or cost. Released: it cost nothing."""

    job: str
    state: Literal["held", "settled", "released"]
    reserved: int
    cost: int | None  # None: not known, or not yet
    estimated: bool


Decide: TypeAlias = Callable[[Look], Entry | Refused]


class Books:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, decide: Decide, closing: tuple[int, Outcome] | None
    ) -> tuple[int, Entry]:
        """In one transaction: close the attempt that failed before (its hold goes over to this
        one), and write down what `decide` makes of the budgets. Returns the row's id and what
        was written. Raises the Refused that `decide` returns.
        """
        owner = self._database.owner.id

        def work(connection: sqlite3.Connection) -> tuple[int, Entry] | Refused:
            if closing:
                _close(connection, *closing)
            entry = decide(Look(connection))
            return entry if isinstance(entry, Refused) else (_hold(connection, entry, owner), entry)

        written = await self._database.write(work)
        if isinstance(written, Refused):
            raise written
        return written

    async def look(self, work: Callable[[Look], T]) -> T:
        return await self._database.read(lambda connection: work(Look(connection)))

    async def close(self, row: int, outcome: Outcome) -> None:
        """Settle or release an attempt; one that is closed already stays as it is."""
        await self._database.write(lambda connection: _close(connection, row, outcome))

    async def unused(self, row: int) -> None:
        """The server did nothing for this attempt. Its hold stays, for the next one."""
        await self._database.write(lambda connection: connection.execute(_UNUSED, (row,)).rowcount)

    async def keep(self, row: int, job: str) -> None:
        """The hold stays until the job has ended, whatever becomes of this process."""
        await self._database.write(
            lambda connection: connection.execute(_KEEP, (job, row)).rowcount
        )

    async def of_job(self, job: str) -> Held | None:
        """What is still held for it."""
        found = await self._database.read(
            lambda connection: connection.execute(_OF_JOB, (job,)).fetchone()
        )
        return _held(found) if found else None

    async def of_jobs(self, jobs: Sequence[str]) -> list[JobCost]:
        """Those of them that were begun here."""
        rows = await self._database.read(
            lambda connection: connection.execute(_OF_JOBS, (json.dumps(jobs),)).fetchall()
        )
        return [JobCost._make(row) for row in rows]

    async def totals(self, account: Account) -> list[Total]:
        """By capability, the dearest first."""
        rows = await self._database.read(
            lambda connection: connection.execute(_TOTALS, _key(account)).fetchall()
        )
        return [Total(*row) for row in rows]

    async def abandoned(self) -> list[Held]:
        """What processes that are dead by now had under way."""
        rows = await self._database.read(lambda connection: connection.execute(_HELD).fetchall())
        held = [_held(row) for row in rows]
        dead = {owner for owner in {row.owner for row in held} if self._database.owner.dead(owner)}
        return [row for row in held if row.owner in dead]


def _key(account: Account) -> tuple[str, str, str, int]:
    return account.kind, account.subject, account.window, account.start


def _hold(connection: sqlite3.Connection, entry: Entry, owner: str) -> int:
    row = connection.execute(
        _HOLD,
        (entry.call, entry.attempt, entry.delivery, entry.author, entry.workspace,
         entry.channel, entry.capability, entry.model, *entry.expected, entry.cap, entry.reserved,
         entry.day, entry.month, entry.hour, entry.tokens_held, owner, time.time()),
    ).lastrowid  # fmt: skip
    assert row is not None  # noqa: S101  an INSERT has one
    return row


def _close(connection: sqlite3.Connection, row: int, outcome: Outcome) -> None:
    closed = connection.execute(
        _CLOSE,
        (outcome.state, outcome.estimated, *outcome.used, outcome.cost,
         outcome.request_id or None, time.time(), row),
    )  # fmt: skip
    if closed.rowcount and outcome.state == "settled":
        connection.execute(_ADD, (row,))


def _held(row: tuple[Any, ...]) -> Held:
    id_, owner, model, may_have_run, cap, reserved, shown, *units = row
    return Held(id_, owner, model, may_have_run, Used(*units), cap, reserved, shown)


_HOLD = """INSERT INTO calls (call, attempt, delivery, author, workspace, channel, capability,
    model, tokens_in, tokens_out, tokens_cached, pictures, seconds, characters, cap, reserved,
    day, month, hour, tokens_held, owner, started)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UNUSED = "UPDATE calls SET may_have_run = 0 WHERE id = ? AND state = 'held'"
_CLOSE = """UPDATE calls SET state = ?, estimated = ?, tokens_in = ?, tokens_out = ?,
    tokens_cached = ?, pictures = ?, seconds = ?, characters = ?, cost = ?,
    request_id = coalesce(?, request_id), ended = ? WHERE id = ? AND state = 'held'"""
_KEEP = "UPDATE calls SET job = ? WHERE id = ? AND state = 'held'"
_ADD = """INSERT INTO totals
    SELECT CASE column1 WHEN 'hour' THEN hour WHEN 'day' THEN day ELSE month END, column1, column2,
        CASE column2 WHEN 'person' THEN author WHEN 'channel' THEN channel ELSE workspace END,
        capability, coalesce(cost, 0), tokens_in, tokens_out, 1, cost IS NULL, estimated, pictures,
        seconds, characters
    FROM calls, (VALUES ('hour', 'person'), ('hour', 'channel'), ('hour', 'workspace'),
        ('day', 'person'), ('day', 'channel'), ('day', 'workspace'),
        ('month', 'person'), ('month', 'channel'), ('month', 'workspace'))
    WHERE id = ? AND (column1 <> 'hour' OR hour > 0) AND (column2 <> 'channel' OR channel <> '')
    ON CONFLICT DO UPDATE SET spent = spent + excluded.spent,
        tokens_in = tokens_in + excluded.tokens_in, tokens_out = tokens_out + excluded.tokens_out,
        calls = calls + 1, unpriced = unpriced + excluded.unpriced,
        estimated = estimated + excluded.estimated, pictures = pictures + excluded.pictures,
        seconds = seconds + excluded.seconds, characters = characters + excluded.characters"""
_TOTALS = """SELECT capability, spent, tokens_in, tokens_out, calls, unpriced, estimated,
    pictures, seconds, characters
    FROM totals WHERE kind = ? AND subject = ? AND window = ? AND start = ?
    ORDER BY spent DESC, calls DESC"""
_HELD = """SELECT id, calls.owner, model, may_have_run, cap, reserved, coalesce(shown, ''),
    tokens_in, tokens_out, tokens_cached, pictures, seconds, characters
    FROM calls LEFT JOIN inbox USING (delivery)
    WHERE state = 'held' AND job IS NULL ORDER BY id"""
_OF_JOB = """SELECT id, owner, model, may_have_run, cap, reserved, '',
    tokens_in, tokens_out, tokens_cached, pictures, seconds, characters
    FROM calls WHERE job = ? AND state = 'held'"""
_OF_JOBS = """SELECT job, state, reserved, cost, estimated FROM calls
    WHERE job IN (SELECT value FROM json_each(?)) ORDER BY id"""
