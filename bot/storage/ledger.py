"""Every attempt at a call, and the running totals of who paid. Money is micro-dollars."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from bot.errors import Refused
from bot.storage.database import Database

Kind: TypeAlias = Literal["person", "workspace"]
Window: TypeAlias = Literal["day", "month"]


@dataclass(frozen=True)
class Account:
    """What one sum of money is about: a person's day, a workspace's month."""

    kind: Kind
    subject: str  # slack:T1:U2, slack:T1
    window: Window
    start: int  # UTC seconds


class Balance(NamedTuple):
    spent: int
    held: int  # by calls under way


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


Decide: TypeAlias = Callable[[Sequence[Balance]], Entry | Refused]


class Books:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, accounts: Sequence[Account], decide: Decide, closing: tuple[int, Outcome] | None
    ) -> tuple[int, Entry]:
        """In one transaction: close the attempt that failed before (its hold goes over to this
        one), and write down what `decide` makes of the balances. Returns the row's id and what
        was written. Raises the Refused that `decide` returns.
        """
        owner = self._database.owner.id

        def work(connection: sqlite3.Connection) -> tuple[int, Entry] | Refused:
            if closing:
                _close(connection, *closing)
            entry = decide(_balances(connection, accounts))
            return entry if isinstance(entry, Refused) else (_hold(connection, entry, owner), entry)

        written = await self._database.write(work)
        if isinstance(written, Refused):
            raise written
        return written

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

    async def balances(self, accounts: Sequence[Account]) -> list[Balance]:
        return await self._database.read(lambda connection: _balances(connection, accounts))

    async def abandoned(self) -> list[Held]:
        """What processes that are dead by now had under way."""
        rows = await self._database.read(lambda connection: connection.execute(_HELD).fetchall())
        held = [_held(row) for row in rows]
        dead = {owner for owner in {row.owner for row in held} if self._database.owner.dead(owner)}
        return [row for row in held if row.owner in dead]


def _key(account: Account) -> tuple[str, str, str, int]:
    return account.kind, account.subject, account.window, account.start


def _balances(connection: sqlite3.Connection, accounts: Sequence[Account]) -> list[Balance]:
    """Of accounts that are all one person's and one workspace's."""
    if not accounts:
        return []
    facts: dict[str, str | int | None] = dict.fromkeys(("person", "workspace", "day", "month"))
    for account in accounts:
        facts |= {account.kind: account.subject, account.window: account.start}
    held = dict(zip(_UNDER_WAY, connection.execute(_HOLDS, facts).fetchone(), strict=True))
    return [
        Balance(connection.execute(_SPENT, _key(account)).fetchone()[0],
                held[account.kind, account.window])
        for account in accounts
    ]  # fmt: skip


def _hold(connection: sqlite3.Connection, entry: Entry, owner: str) -> int:
    row = connection.execute(
        _HOLD,
        (entry.call, entry.attempt, entry.delivery, entry.author, entry.workspace,
         entry.channel, entry.capability, entry.model, *entry.expected, entry.cap, entry.reserved,
         entry.day, entry.month, owner, time.time()),
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


_SPENT = """SELECT coalesce(sum(spent), 0) FROM totals
    WHERE kind = ? AND subject = ? AND window = ? AND start = ?"""
_UNDER_WAY: tuple[tuple[Kind, Window], ...] = (  # the columns of _HOLDS
    ("person", "day"), ("person", "month"), ("workspace", "day"), ("workspace", "month"),
)  # fmt: skip
_HOLDS = """SELECT
    coalesce(sum(reserved) FILTER (WHERE author = :person AND day = :day), 0),
    coalesce(sum(reserved) FILTER (WHERE author = :person AND month = :month), 0),
    coalesce(sum(reserved) FILTER (WHERE workspace = :workspace AND day = :day), 0),
    coalesce(sum(reserved) FILTER (WHERE workspace = :workspace AND month = :month), 0)
    FROM calls WHERE state = 'held'"""
_HOLD = """INSERT INTO calls (call, attempt, delivery, author, workspace, channel, capability,
    model, tokens_in, tokens_out, tokens_cached, pictures, seconds, characters, cap, reserved,
    day, month, owner, started)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UNUSED = "UPDATE calls SET may_have_run = 0 WHERE id = ? AND state = 'held'"
_CLOSE = """UPDATE calls SET state = ?, estimated = ?, tokens_in = ?, tokens_out = ?,
    tokens_cached = ?, pictures = ?, seconds = ?, characters = ?, cost = ?,
    request_id = coalesce(?, request_id), ended = ? WHERE id = ? AND state = 'held'"""
_KEEP = "UPDATE calls SET job = ? WHERE id = ? AND state = 'held'"
_ADD = """INSERT INTO totals
    SELECT iif(column1 = 'day', day, month), column1, column2,
        iif(column2 = 'person', author, workspace), capability, coalesce(cost, 0), tokens_in,
        tokens_out, 1, cost IS NULL, estimated, pictures, seconds, characters
    FROM calls, (VALUES ('day', 'person'), ('day', 'workspace'),
        ('month', 'person'), ('month', 'workspace'))
    WHERE id = ?
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
