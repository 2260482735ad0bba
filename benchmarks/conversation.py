"""What a question costs before the model is called: reading the thread and building what is sent,
CPU time, after 10 turns and after 10,000 (summed up but for the last ones, as the background does
it). The limit is 0.5 % of the 0.9 s that a model takes to its first word.
"""

import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.row import Row, sized, within
from bot.conversation.context import Context, Material
from bot.events import Place
from bot.openai import catalogue, tokens
from bot.storage import memory
from bot.storage.migrations import migrate
from bot.storage.summaries import Due, _keep, _next

ROUNDS = sized(60, 10)
LONG = sized(10_000, 2_000)
LIMIT = 4.5  # ms
WORDS = "and then we talked about the launch, the price and the name of it " * 3
SHORT = "They agreed on a price of 12 dollars and on a launch in May. " * 8


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, closing(_made(Path(folder))) as connection:
        context = Context(catalogue.load().model("gpt-4o-mini"), 4_096, 32_000)
        figures = [
            [_asked(connection, context, turns) for turns in (10, LONG)] for _ in range(ROUNDS)
        ]
    ten, long = map(statistics.median, zip(*figures, strict=True))
    return [
        within("a question is built, ms: after 10 turns", ten, LIMIT),
        within(f"a question is built, ms: after {LONG:,} turns", long, LIMIT),
    ]


def _asked(connection: sqlite3.Connection, context: Context, turns: int) -> float:
    began = time.process_time()
    found = memory._recall(connection, _place(turns), "")
    built = context.build(
        Material("And what was the price?", "You are Parley.", found.pins, found.summaries,
                 found.turns)
    )  # fmt: skip
    took = (time.process_time() - began) * 1e3
    assert len(built.messages) > 2
    return took


def _made(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "threads.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    migrate(connection)
    size = tokens.count(catalogue.load().model("gpt-4o-mini"), WORDS)
    connection.execute("BEGIN")
    for turns in (10, LONG):
        thread = memory._thread(connection, _place(turns).key)
        connection.executemany(
            "INSERT INTO turns VALUES (?, ?, '', ?, ?, ?, 0)",
            [
                ((thread << 24) + n, ("user", "assistant")[n % 2], WORDS, size, f"{turns}-{n // 2}")
                for n in range(turns)
            ],
        )
        due = Due(thread, 6_000, b"")
        while turns == LONG and (block := _next(connection, due, 6_000)):
            _keep(connection, block, SHORT, 120)
    connection.execute("COMMIT")
    return connection


def _place(turns: int) -> Place:
    return Place("slack", "T1", "C1", str(turns))
