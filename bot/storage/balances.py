"""Which budgets stand and what is left of them, read inside a transaction of the ledger's."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, Self, TypeAlias

Kind: TypeAlias = Literal["person", "channel", "workspace"]
Window: TypeAlias = Literal["hour", "day", "month"]
Unit: TypeAlias = Literal["money", "tokens", "pictures", "seconds", "requests"]
Whose: TypeAlias = Literal["person", "role", "everyone", "channel", "workspace"]


class Account(NamedTuple):
    """What one sum is about: a person's day, a workspace's month."""

    kind: Kind
    subject: str  # slack:T1:U2, slack:T1:C3, slack:T1
    window: Window
    start: int  # UTC seconds


class Tally(NamedTuple):
    """What a budget counts of an account."""

    account: Account
    unit: Unit = "money"
    capability: str = ""  # "": all that the unit counts

    def counts(self, capability: str) -> bool:
        """Whether a call of this capability is counted."""
        if self.capability:
            return self.capability == capability
        only = ONLY.get(self.unit)
        return capability in only if only else capability not in NEVER.get(self.unit, ())


class Balance(NamedTuple):
    """In the unit of what is counted: micro-dollars, tokens, pictures, seconds, requests."""

    spent: int  # since the window began or was reset
    held: int  # by calls under way
    granted: int = 0  # beside the budget, for this window

    def after(self, changes: Iterable[tuple[str, int]]) -> Self:
        """With what was granted and forgiven."""
        forgiven = sum(amount for verb, amount in changes if verb == "reset")
        granted = sum(amount for verb, amount in changes if verb == "grant")
        return self._replace(spent=self.spent - forgiven, granted=granted)


class Whom(NamedTuple):
    """Whose a budget is. `everyone` of slack:T1, `role` slack:T1:S9, `channel` slack:T1:C3."""

    kind: Whose
    subject: str


class Budget(NamedTuple):
    whom: Whom
    unit: Unit
    window: Window
    capability: str
    amount: int | None  # micro-dollars, or a number of the unit; None: no limit


ONLY: dict[Unit, tuple[str, ...]] = {  # what a budget counts that names no capability
    "tokens": ("chat", "embeddings", "fine_tuning", "batches"),  # known before the call
    "pictures": ("images",),
    "seconds": ("transcription",),
}
NEVER: dict[Unit, tuple[str, ...]] = {
    "requests": ("moderation",),  # nobody asks for it, and what is spent must not switch it off
}


class Look:
    """All that it sees is of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def budgets(self, whom: Collection[Whom]) -> list[Budget]:
        """Those that are set for one of these."""
        subjects = {one.subject for one in whom}
        query = _BUDGETS.format(_marks(subjects))  # only question marks go in
        rows = self._connection.execute(query, (*subjects,)).fetchall()
        if not rows:
            return []
        found = [Budget(Whom(kind, subject), *rest) for subject, kind, *rest in rows]
        return [budget for budget in found if budget.whom in whom]

    def balances(self, tallies: Sequence[Tally]) -> list[Balance]:
        if not tallies:
            return []
        values: list[str | int] = [min(account.start for account, *_ in tallies)]
        for account, _, capability in tallies:
            kind, subject, window, start = account
            values += (start, window, kind, subject)
            values += (capability, subject, start, capability) if capability else (subject, start)
        shapes = tuple(
            (t.unit, t.account.kind, t.account.window, bool(t.capability)) for t in tallies
        )
        changed, *found = self._connection.execute(_query(shapes), values).fetchone()
        balances = map(Balance, found[::2], found[1::2])
        if not changed:
            return list(balances)
        changes = self._changes(tallies)
        pairs = zip(balances, tallies, strict=True)
        return [balance.after(changes.get(tally, ())) for balance, tally in pairs]

    def _changes(self, tallies: Sequence[Tally]) -> dict[Tally, list[tuple[str, int]]]:
        """What was granted, and what was forgiven."""
        subjects = {tally.account.subject for tally in tallies}
        starts = {tally.account.start for tally in tallies}
        query = _CHANGED.format(_marks(subjects), _marks(starts))
        changes: dict[Tally, list[tuple[str, int]]] = {}
        for row in self._connection.execute(query, (*subjects, *starts)):
            verb, amount, kind, subject, window, start, unit, capability = row
            tally = Tally(Account(kind, subject, window, start), unit, capability)
            changes.setdefault(tally, []).append((verb, amount))
        return changes


@lru_cache(maxsize=256)
def _query(shapes: Sequence[tuple[Unit, Kind, Window, bool]]) -> str:
    """Whether anything was granted or forgiven; and of each what is spent and what is held: one
    look at the index of what is under way, whatever their number.
    """
    columns = [
        f"{_SPENT[unit, named]}, {_HOLDS[unit, kind, window, named]}"
        for unit, kind, window, named in shapes
    ]
    return f"SELECT {_ANY_CHANGE}, {', '.join(columns)} FROM calls WHERE state = 'held'"  # noqa: S608  made here


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


_BUDGETS = (
    "SELECT subject, kind, unit, window, capability, amount FROM budgets WHERE subject IN ({})"
)
_ANY_CHANGE = "EXISTS (SELECT 1 FROM budget_changes WHERE start >= ?)"
_CHANGED = """SELECT verb, amount, kind, subject, window, start, unit, capability
    FROM budget_changes WHERE subject IN ({}) AND start IN ({})"""
_UNITS: dict[Unit, tuple[str, str]] = {  # what totals have of it, and what a call holds
    "money": ("spent", "reserved"),
    "tokens": ("tokens_in + tokens_out", "tokens_held"),
    "pictures": ("pictures", "pictures"),
    "seconds": ("seconds", "seconds"),
    "requests": ("calls", "1"),
}
_KINDS: dict[Kind, str] = {"person": "author", "channel": "channel", "workspace": "workspace"}
_WINDOWS: tuple[Window, ...] = ("hour", "day", "month")


def _among(unit: Unit, *, named: bool) -> str:
    """The condition that `Tally.counts` is."""
    if named:
        return " AND capability = ?"
    if unit in ONLY:
        return f" AND capability IN ({', '.join(map(repr, ONLY[unit]))})"
    return "".join(f" AND capability <> '{never}'" for never in NEVER.get(unit, ()))


_SPENT = {
    (unit, named): f"(SELECT coalesce(sum({spent}), 0) FROM totals WHERE start = ?"  # noqa: S608  constants
    f" AND window = ? AND kind = ? AND subject = ?{_among(unit, named=named)})"
    for unit, (spent, _) in _UNITS.items()
    for named in (True, False)
}
_HOLDS = {
    (unit, kind, window, named): f"coalesce(sum({held}) FILTER (WHERE {column} = ?"
    f" AND {window} = ?{_among(unit, named=named)}), 0)"
    for unit, (_, held) in _UNITS.items()
    for kind, column in _KINDS.items()
    for window in _WINDOWS
    for named in (True, False)
}
