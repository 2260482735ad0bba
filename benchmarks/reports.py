"""A report of a month in which a million calls were made, and the receipt of one of them: wall time
through the database's own threads, medians. The limits are ours.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks.row import Row, sized, within
from bot.reports.figures import figures
from bot.reports.naming import Names
from bot.reports.periods import Period
from bot.storage import migrations
from bot.storage.database import open_database
from bot.storage.people import People
from bot.storage.receipts import Receipt, Receipts
from bot.storage.reports import Reports

CALLS = sized(1_000_000, 50_000)
PEOPLE, CHANNELS, MODELS, DAYS = 500, 60, 5, 30
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"))
ROUNDS = 5
_FILL = """WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :calls - 1)
    INSERT INTO calls (call, attempt, delivery, author, workspace, channel, capability, model,
        state, tokens_in, cap, reserved, cost, day, month, owner, started)
    SELECT i, 1, printf('d%011d', i), printf('slack:T1:U%05d', i * 7919 % :people), 'slack:T1',
        printf('slack:T1:C%03d', i * 7919 % :people % :channels), 'chat',
        printf('model-%d', i * 31 % :models), 'settled', 900, 0, 0, 1500,
        :since + i * :days / :calls * 86400, :since, 'o', :since + i * 86400.0 * :days / :calls
    FROM n"""


def rows(calls: int = CALLS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "month.db"
        asyncio.run(_fill(path, calls))
        return asyncio.run(_measured(path, calls))


async def _fill(path: Path, calls: int) -> None:
    await (await open_database(path)).close()
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        facts = {"calls": calls, "people": PEOPLE, "channels": CHANNELS, "models": MODELS,
                 "days": DAYS, "since": MONTH.span.since}  # fmt: skip
        connection.execute(_FILL, facts)
        script = next(text for text in migrations._scripts().values() if "usage_days" in text)
        connection.execute(next(s for s in migrations._statements(script)
                                if "INSERT INTO usage_days\n" in s))  # fmt: skip


async def _measured(path: Path, calls: int) -> list[Row]:
    database = await open_database(path)
    reports, receipts = Reports(database), Receipts(database)
    middle = calls // 2
    at = MONTH.span.since + middle * 86_400.0 * DAYS / calls
    receipt = Receipt(f"d{middle:011}", "", "", at, at, None)
    try:
        report = await _median(
            lambda: figures(reports, Names(People(database), {}), "slack:T1", MONTH)
        )
        found = await _median(lambda: receipts.charges(receipt))
    finally:
        await database.close()
    return [
        within(f"report of a month with {calls:,} calls, ms", report, 1_000),
        within(f"receipt of one of {calls:,} calls, ms", found, 100),
    ]


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await work()
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


if __name__ == "__main__":
    for name, ours, floor, ratio, goal in rows():
        print(f"{name:75} {ours:9.1f} {floor:9.1f} {ratio:6.2f} (goal {goal})")
