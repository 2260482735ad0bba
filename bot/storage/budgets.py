"""What admins allow and whom they were told about. Every change is logged, and made once."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from bot.storage.balances import Budget, Kind, Look, Tally, Unit, Whom, Window
from bot.storage.database import Database

Verb: TypeAlias = Literal["set", "grant", "reset", "remove"]
Reader: TypeAlias = Literal["asker", "admins"]
_TOLD_KEPT = 40 * 86_400  # seconds; longer than any window


class Change(NamedTuple):
    """`start`: of the window that a grant or a reset holds for."""

    at: float
    author: str  # who made it
    verb: Verb
    budget: Budget
    start: int | None = None


@dataclass(frozen=True)
class Asked:
    """`id` is the delivery's: whatever is asked for in it happens once, whoever is killed when."""

    id: str
    author: str


class Level(NamedTuple):
    """How far a budget of this amount is used, in percent, as `reader` was told."""

    tally: Tally
    amount: int
    reader: Reader
    level: int


class BudgetBook:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, asked: Asked, budget: Budget) -> None:
        def work(connection: sqlite3.Connection) -> None:
            if _logged(connection, asked, "set", budget):
                connection.execute(_SET, _row(budget))

        await self._database.write(work)

    async def remove(self, asked: Asked, budget: Budget) -> None:
        def work(connection: sqlite3.Connection) -> None:
            if _logged(connection, asked, "remove", budget):
                connection.execute(_REMOVE, _row(budget)[:5])

        await self._database.write(work)

    async def removed(self, asked: Asked) -> Budget | None:
        """What was removed already, before a restart."""
        row = await self._database.read(
            lambda connection: connection.execute(_DONE, (asked.id,)).fetchone()
        )
        return Budget(Whom(row[1], row[0]), *row[2:]) if row else None

    async def grant(self, asked: Asked, tally: Tally, amount: int) -> None:
        """More than the budget says, in this window."""
        await self._database.write(
            lambda connection: _logged(connection, asked, "grant", *_holding(tally, amount))
        )

    async def reset(self, asked: Asked, tallies: Sequence[Tally]) -> list[int]:
        """What is forgiven of each: all that was spent in its window so far. The books stay."""

        def work(connection: sqlite3.Connection) -> list[int]:
            spent = [balance.spent for balance in Look(connection).balances(tallies)]
            return [_forgiven(connection, asked, *one) for one in zip(tallies, spent, strict=True)]

        return await self._database.write(work)

    async def of(self, whom: Sequence[Whom]) -> list[Budget]:
        return await self._look(lambda look: look.budgets(whom))

    async def here(self, home: str, workspace: str) -> list[Budget]:
        """All that stand for the people of `home` and the places of the workspace."""
        rows = await self._database.read(
            lambda connection: connection.execute(_HERE, _scope(home, workspace)).fetchall()
        )
        return [Budget(Whom(kind, subject), *rest) for subject, kind, *rest in rows]

    async def changes(self, home: str, workspace: str, limit: int) -> list[Change]:
        """The last ones of those, the newest first."""
        key = {**_scope(home, workspace), "limit": limit}
        rows = await self._database.read(
            lambda connection: connection.execute(_CHANGES, key).fetchall()
        )
        return [
            Change(at, author, verb, Budget(Whom(kind, subject), *budget), start)
            for at, author, verb, start, subject, kind, *budget in rows
        ]

    async def untold(self, levels: Sequence[Level]) -> list[Level]:
        """Those of which the reader knows less."""
        return await self._database.read(
            lambda connection: [one for one in levels if _known(connection, one) < one.level]
        )

    async def tell(self, levels: Sequence[Level]) -> list[Level]:
        """Note that the reader is told now; those that nobody told before are returned."""

        def work(connection: sqlite3.Connection) -> list[Level]:
            connection.execute("DELETE FROM told WHERE start < ?", (time.time() - _TOLD_KEPT,))
            return [
                one for one in levels
                if connection.execute(_TELL, (*_key(one), one.level)).rowcount
            ]  # fmt: skip

        return await self._database.write(work)

    async def _look(self, work: Callable[[Look], list[Budget]]) -> list[Budget]:
        return await self._database.read(lambda connection: work(Look(connection)))


def _row(budget: Budget) -> tuple[str | int | None, ...]:
    return (budget.whom.subject, budget.whom.kind, *budget[1:])


def _holding(tally: Tally, amount: int) -> tuple[Budget, int]:
    """As a change is written down that holds for one window."""
    account = tally.account
    whom = Whom(account.kind, account.subject)
    return Budget(whom, tally.unit, account.window, tally.capability, amount), account.start


def _logged(
    connection: sqlite3.Connection,
    asked: Asked,
    verb: Verb,
    budget: Budget,
    start: int | None = None,
) -> bool:
    """False: it was done before."""
    row = (asked.id, time.time(), asked.author, verb, *_row(budget), start)
    return bool(connection.execute(_LOG, row).rowcount)


def _forgiven(connection: sqlite3.Connection, asked: Asked, tally: Tally, spent: int) -> int:
    budget, start = _holding(tally, spent)
    if spent and _logged(connection, asked, "reset", budget, start):
        return spent
    key = (asked.id, *_row(budget)[:5])
    return next((amount for (amount,) in connection.execute(_FORGIVEN, key)), 0)


def _scope(home: str, workspace: str) -> dict[str, str | int]:
    return {"home": home, "within": f"{home}:*", "workspace": workspace,
            "places": f"{workspace}:*"}  # fmt: skip


def _key(level: Level) -> tuple[int, Window, Kind, str, Unit, str, int, Reader]:
    tally, amount, reader, _ = level
    account = tally.account
    return (account.start, account.window, account.kind, account.subject, tally.unit,
            tally.capability, amount, reader)  # fmt: skip


def _known(connection: sqlite3.Connection, level: Level) -> int:
    return next((known for (known,) in connection.execute(_KNOWN, _key(level))), 0)


_SET = """INSERT OR REPLACE INTO budgets (subject, kind, unit, window, capability, amount)
    VALUES (?, ?, ?, ?, ?, ?)"""
_REMOVE = """DELETE FROM budgets
    WHERE subject = ? AND kind = ? AND unit = ? AND window = ? AND capability = ?"""
_LOG = """INSERT INTO budget_changes (id, at, author, verb, subject, kind, unit, window,
    capability, amount, start) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
_DONE = """SELECT subject, kind, unit, window, capability, amount FROM budget_changes
    WHERE id = ? AND verb = 'remove'"""
_FORGIVEN = """SELECT amount FROM budget_changes WHERE id = ?
    AND subject = ? AND kind = ? AND unit = ? AND window = ? AND capability = ?"""
_SCOPE = """(kind IN ('person', 'role') AND subject GLOB :within
        OR kind = 'everyone' AND subject = :home
        OR kind = 'channel' AND subject GLOB :places
        OR kind = 'workspace' AND subject = :workspace)"""
_HERE = f"""SELECT subject, kind, unit, window, capability, amount FROM budgets
    WHERE {_SCOPE}"""  # noqa: S608  constants
_CHANGES = f"""SELECT at, author, verb, start, subject, kind, unit, window, capability, amount
    FROM budget_changes WHERE {_SCOPE} ORDER BY at DESC LIMIT :limit"""  # noqa: S608  constants
_KNOWN = """SELECT level FROM told WHERE start = ? AND window = ? AND kind = ? AND subject = ?
    AND unit = ? AND capability = ? AND amount = ? AND reader = ?"""
_TELL = """INSERT INTO told (start, window, kind, subject, unit, capability, amount, reader, level)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET level = excluded.level WHERE excluded.level > level"""
