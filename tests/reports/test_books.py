"""What reports are read from: it is what the ledger booked, whichever way that came."""

import random
import sqlite3
from contextlib import closing
from operator import add

import pytest

from bot.spending.payer import Payer
from bot.storage import migrations
from bot.storage.receipts import Receipt, Receipts, _first_since
from bot.storage.reports import Reports, Span
from tests.reports.desk import book
from tests.spending.desk import ADA, BOB, StubChat, Time, ask, open_desk

EVER = Span(0, 4_000_000_000)


async def test_calls_of_any_fate_are_in_the_report_as_in_the_ledgers_totals(tmp_path):
    """Exact, estimated, unpriced, cut and refused ones, over two days."""
    time = Time()
    async with open_desk(tmp_path, time) as desk:
        for payer in (ADA, BOB, Payer("slack:T1:EVE", "slack:T1", "d", "slack:T1:C9")):
            for model in ("priced", "rounded", "new-model"):
                chat = StubChat(("one", "two"))
                charged = desk.openai(chat).charged_to(payer)
                await charged.complete(ask(model=model))
                chunks = charged.chat(ask(model=model))
                await anext(chunks)
                await chunks.aclose()
            time.now += 86_400 / 2
        await desk.ledger.aclose()
        found = await Reports(desk.database).totals("slack:T1", EVER)
        rows = [row for row in await desk.rows() if row["state"] == "settled"]
    expected = (len(rows), sum(row["cost"] or 0 for row in rows),
                sum(row["cost"] is None for row in rows), sum(row["estimated"] for row in rows),
                sum(row["cost"] or 0 for row in rows if row["estimated"]))  # fmt: skip
    assert len(rows) == 18
    assert 0 < expected[2] < expected[3]
    for sums in found.values():
        whole = [0] * 5
        for one in sums.values():
            whole = list(map(add, whole, one[:5]))
        assert tuple(whole) == expected
    assert len(found["day"]) == 2
    assert list(found["channel"]) == ["", "slack:T1:C9"]


def test_what_was_booked_before_there_were_reports_is_in_them():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        scripts = migrations._scripts()
        number = next(n for n, text in scripts.items() if "CREATE TABLE usage_days" in text)
        for before in sorted(n for n in scripts if n < number):
            for statement in migrations._statements(scripts[before]):
                connection.execute(statement)
        for cost in (5, None, 7):
            book(connection, cost=cost, estimated=cost == 7)
        connection.execute("UPDATE calls SET state = 'released' WHERE cost = 5")
        for statement in migrations._statements(scripts[number]):
            connection.execute(statement)
        query = "SELECT calls, spent, unpriced, estimated, guessed FROM usage_days"
        assert connection.execute(query).fetchall() == [(2, 7, 1, 1, 7)]


@pytest.fixture
def calls():
    """Of which some rows are gone, and some clocks differ."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, started REAL)")
        dice = random.Random(7)
        times = [number + dice.random() for number in range(500)]
        rows = [(number, at) for number, at in enumerate(times, 1) if number % 7]
        connection.executemany("INSERT INTO calls VALUES (?, ?)", rows)
        yield connection


@pytest.mark.parametrize("at", [-1.0, 0.0, 77.5, 250.0, 499.0, 500.0, 9_999.0])
def test_the_first_call_since_a_moment_is_found_without_an_index(calls, at):
    query = "SELECT min(id) FROM calls WHERE started >= ?"
    (expected,) = calls.execute(query, (at,)).fetchone()
    (last,) = calls.execute("SELECT max(id) FROM calls").fetchone()
    found = _first_since(calls, at)
    (row,) = calls.execute("SELECT min(id) FROM calls WHERE id >= ?", (found,)).fetchone()
    assert row == expected
    assert found <= last + 1


def test_without_any_call_there_is_none():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, started REAL)")
        assert _first_since(connection, 5.0) == 1


async def test_a_receipt_is_found_among_the_calls_of_others(tmp_path):
    async with open_desk(tmp_path) as desk:
        for number in range(40):
            at = 1_795_000_000 + 10 * number
            await desk.database.write(
                lambda db, at=at, number=number: book(db, at, delivery=f"d{number}", cost=number)
            )
        receipts = Receipts(desk.database)
        told = [
            await receipts.charges(Receipt(f"d{n}", "", "", 1_795_000_000 + 10 * n, 0, None))
            for n in range(40)
        ]
    assert [charges[0].sums.spent for charges in told] == list(range(40))
