"""The storage room against its floors: CPU time per operation (user + system, all threads).

P8 looks at threads of 100 turns among 1e4 and among PARLEY_BENCH_TURNS (1e7) turns.
"""

import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.row import Row, against, sized
from bot.events import Author, Message, Place
from bot.storage import memory
from bot.storage.database import Database, open_database
from bot.storage.inbox import Inbox
from bot.storage.migrations import migrate

TURNS = int(float(os.environ.get("PARLEY_BENCH_TURNS", sized(1e7, 1e6))))
ROUNDS = 5
WRITES = 5000
INSERT = "INSERT INTO state VALUES (?, ?)"


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [*_durable(Path(folder)), _last_turns(Path(folder))]


def _durable(folder: Path) -> list[Row]:
    """Rounds of floor and ours take turns, so that a busy machine is unfair to both."""
    figures = [asyncio.run(_round(folder / str(number))) for number in range(ROUNDS)]
    lone, group, single, accept = map(statistics.median, zip(*figures, strict=True))
    return [
        against("durable insert, us: 50 tasks / a lone sqlite3 commit", group, lone, 0.27),
        against("durable insert, us: one task / a lone sqlite3 commit", single, lone, 3.0),
        against("event accepted, us: 16 in flight / a lone sqlite3 commit", accept, lone, 1.0),
    ]


async def _round(folder: Path) -> tuple[float, float, float, float]:
    folder.mkdir()
    lone = _lone(folder / "floor.db")
    database = await open_database(folder / "parley.db")
    group = await _inserts(database, tasks=50, count=WRITES)
    single = await _inserts(database, tasks=1, count=WRITES // 10)
    accept = await _accepts(Inbox(database))
    await database.close()
    return lone, group, single, accept


def _lone(path: Path) -> float:
    count = WRITES // 5
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection)
        began = time.process_time()
        for number in range(count):
            connection.execute(INSERT, (f"lone-{number}", "x" * 200))
        return _each(began, count)


async def _inserts(database: Database, tasks: int, count: int) -> float:
    async def one(task: int) -> None:
        for number in range(count // tasks):
            row = (f"{tasks}-{task}-{number}", "x" * 200)
            await database.write(lambda db: db.execute(INSERT, row).rowcount)  # noqa: B023

    began = time.process_time()
    await asyncio.gather(*[one(task) for task in range(tasks)])
    return _each(began, count)


async def _accepts(inbox: Inbox) -> float:
    async def one(task: int) -> None:
        for number in range(WRITES // 16):
            await inbox.accept(_message(f"{task}-{number}"))

    began = time.process_time()
    await asyncio.gather(*[one(task) for task in range(16)])
    return _each(began, WRITES // 16 * 16)


def _message(event: str) -> Message:
    return Message(
        id=event, place=Place("slack", "T1", "C1", event), author=Author("slack:T1:U1"), at=1.0,
        text="x" * 200, source=event, addressed=True,
    )  # fmt: skip


def _last_turns(folder: Path) -> Row:
    with (
        closing(_filled(folder / "small.db", 10_000)) as small,
        closing(_filled(folder / "large.db", TURNS)) as large,
    ):
        os.sync()  # so that the kernel does not write the large file meanwhile
        pairs = [(_recent(small, 10_000), _recent(large, TURNS)) for _ in range(ROUNDS * 4)]
    floor, ours = map(statistics.median, zip(*pairs, strict=True))
    return against(f"P8 last 50 turns, us: among {TURNS:.0e} / among 1e+04", ours, floor, 1.3)


def _filled(path: Path, turns: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    migrate(connection)
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1) "
        "INSERT INTO threads (key) SELECT 'slack:T1:C1:' || i FROM n",
        (turns // 100,),
    )
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) "
        "INSERT INTO turns SELECT id << 24 | i, iif(i % 2, 'assistant', 'user'), 'slack:T1:U1', "
        "printf('%0200d', i), 50, printf('%09d%03d', id, i / 2), 1.0 FROM threads, n ORDER BY id, i"
    )
    return connection


def _recent(connection: sqlite3.Connection, turns: int) -> float:
    """Without the hop to a reader's thread, which costs the same in both."""
    keys = [f"slack:T1:C1:{random.randrange(turns // 100)}" for _ in range(300)]
    began = time.process_time()
    for key in keys:
        assert len(memory._recent(connection, key, 50, "")) == 50
    return _each(began, len(keys))


def _each(began: float, count: int) -> float:
    return (time.process_time() - began) / count * 1e6


def main(show: Callable[[str], None] = print) -> None:
    for name, ours, floor, ratio, goal in rows():
        show(f"{name:<55} {ours:8.1f} us {floor:8.1f} us {ratio:6.2f} (goal {goal})")


if __name__ == "__main__":
    main()
