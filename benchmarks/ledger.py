"""P8: a budget check does not grow with history; booking a call costs about one durable insert.

CPU time (user and system, all threads), medians of rounds that take turns with their floor.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from benchmarks.row import Row, against, sized
from bot.settings import Settings
from bot.spending.budgets import Budgets
from bot.spending.payer import Payer
from bot.storage.balances import Look
from bot.storage.database import Database, open_database
from bot.storage.ledger import Books, Entry, Outcome, Used

DAY = 86_400
NOW = 20_833 * DAY
PEOPLE = 1_000  # who use it these days
FEW, MANY = 100_000, sized(10_000_000, 1_000_000)  # rows of totals
CHECKS = 2_000
CALLS = 400
TOGETHER = 50
ROUNDS = 9
BUDGETS = Budgets(
    Settings(
        _env_file=None, budget_person_day="50", budget_person_month="500",
        budget_workspace_day="5000", budget_workspace_month="50000",
    )
)  # fmt: skip


def rows(many: int = MANY) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [_check(Path(folder), many), *asyncio.run(_bookings(Path(folder)))]


def _check(folder: Path, many: int) -> Row:
    """A look at all four budgets, of people in turn: many rows of history against few."""
    few, much = (asyncio.run(_history(folder / f"{size}.db", size)) for size in (FEW, many))
    pairs = [(_look(much), _look(few)) for _ in range(ROUNDS)]
    ours, floor = (median(times) / CHECKS * 1e6 for times in zip(*pairs, strict=True))
    return against(f"P8 budget check, us: {many:.0e} rows / {FEW:.0e}", ours, floor, 1.1)


async def _history(path: Path, size: int) -> sqlite3.Connection:
    await (await open_database(path)).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(
        """WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
        INSERT INTO totals SELECT ? - (? - i) / ? * ?, 'day', 'person',
            printf('slack:T1:U%08d', i % ?), 'chat', 1, 1, 1, 1, 0, 0, 0, 0, 0 FROM n""",
        (size, NOW, size - 1, PEOPLE, DAY, PEOPLE),
    )
    return connection


def _look(connection: sqlite3.Connection) -> float:
    start = time.process_time()
    for number in range(CHECKS):
        BUDGETS.looked(Look(connection), _payer(number * 7), NOW)
    return time.process_time() - start


def _payer(number: int) -> Payer:
    return Payer(f"slack:T1:U{number % PEOPLE:08d}", "slack:T1", "delivery", "slack:T1:C1")


async def _bookings(folder: Path) -> list[Row]:
    database = await open_database(folder / "bookings.db")
    await database.write(
        lambda c: c.execute(f"CREATE TABLE floor (id INTEGER PRIMARY KEY, {_COLUMNS})").rowcount
    )
    bench = Bench(database)
    try:
        return [row for together in (1, TOGETHER) for row in await bench.compare(together)]
    finally:
        await database.close()


_COLUMNS = ", ".join(f"c{number}" for number in range(14))
_INSERT = f"INSERT INTO floor ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"


class Bench:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._books = Books(database)
        self._calls = 0
        self._open: list[int] = []

    async def compare(self, together: int) -> list[Row]:
        works = (self._insert, self._reserve, self._settle)
        times = [[0.0] * len(works) for _ in range(ROUNDS)]
        for sums in times:
            for _ in range(CALLS // together):
                for number, work in enumerate(works):
                    sums[number] += await _cpu(work, together) / CALLS * 1e6
        floor, reserve, settle = map(median, zip(*times, strict=True))
        name = f"P8 {together} at once, us: %s / one durable insert"
        return [
            against(name % "reserve (row + check of 4 budgets)", reserve, floor, 1.5),
            against(name % "settle (row + rollup of 9 totals)", settle, floor, 1.5),
        ]

    async def _insert(self) -> None:
        entry = self._entry()
        values = (
            entry.call,
            1,
            "d",
            entry.author,
            "slack:T1",
            "chat",
            "m",
            9,
            9,
            9,
            9,
            9,
            "o",
            1.5,
        )
        await self._database.write(lambda c: c.execute(_INSERT, values).rowcount)

    async def _reserve(self) -> None:
        entry = self._entry()
        payer = _payer(self._calls)

        def decide(look: Look) -> Entry:
            BUDGETS.looked(look, payer, NOW)
            return entry

        row, _ = await self._books.reserve(decide, None)
        self._open.append(row)

    async def _settle(self) -> None:
        await self._books.close(self._open.pop(), Outcome("settled", Used(1_000, 300), 500))

    def _entry(self) -> Entry:
        self._calls += 1
        payer = _payer(self._calls)
        return Entry(f"call-{self._calls:08d}", 1, payer.delivery, payer.author, payer.workspace,
                     payer.channel, "chat", "gpt-6-luna", Used(1_000), 4_096, 2_148, NOW, NOW,
                     NOW, 5_096)  # fmt: skip


async def _cpu(work: Callable[[], Awaitable[None]], together: int) -> float:
    """Seconds of CPU of a group."""
    start = time.process_time()
    await asyncio.gather(*(work() for _ in range(together)))
    return time.process_time() - start


if __name__ == "__main__":
    for name, ours, floor, ratio, goal in rows():
        print(f"{name:75} {ours:9.1f} {floor:9.1f} {ratio:6.2f} (goal {goal})")
