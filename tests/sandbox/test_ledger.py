"""What Parley's ledger says, held against what the provider counted on its side."""

import asyncio
import sys
from collections import Counter
from decimal import Decimal
from math import ceil
from pathlib import Path

import pytest

from bot.openai.person import identifier
from sandbox.limits import Limits
from tests.spending.mixer import AT_ONCE, STOPPED, author, door, kind, mix

ROOT = Path(__file__).parents[2]
MICROS = 1_000_000
LIMITS = Limits(10**6, 10**9)
NAMED = {"embeddings", "images", "chat"}  # requests that say for whom they are


async def booked(twin) -> tuple[Counter, Counter]:
    """Calls and micro-dollars, by model, and micro-dollars by who asked."""
    calls, costs, people = Counter(), Counter(), Counter()
    for row in (await twin.usage())["rows"]:
        cost = Decimal(row["cost_usd"]) * MICROS
        calls[row["model"]] += row["calls"]
        costs[row["model"]] += cost
        people[row["user"]] += cost
    return calls, costs, people


async def rows(database) -> list[dict]:
    def read(connection):
        cursor = connection.execute("SELECT * FROM calls ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    return await database.read(read)


@pytest.mark.parametrize(
    "calls", [80, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(300)])]
)
async def test_the_ledger_has_what_the_provider_counted(twins, tmp_path, calls):
    async with (
        twins(limits=LIMITS) as twin,
        door(tmp_path, f"{twin.url}/v1") as (openai, ledger, database),
    ):
        numbers = [number for number in range(calls) if number % 100 != STOPPED]
        await mix(openai, numbers)
        await ledger.aclose()
        kept = await rows(database)
        counted, costs, _ = await booked(twin)
    assert len(kept) == len(numbers)
    assert not [row for row in kept if row["state"] != "settled" or row["estimated"]]
    for model in counted:
        ours = [row["cost"] for row in kept if row["model"] == model]
        assert len(ours) == counted[model]
        # Each call is rounded up to a whole micro-dollar.
        assert 0 <= sum(ours) - costs[model] < len(ours)
    assert len(counted) == 6


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_with_crashes_it_differs_only_by_what_is_marked_as_estimated(twins, tmp_path):
    """Six lives end by kill -9 with eight calls under way; people stop some answers, too."""
    async with twins(limits=LIMITS) as twin:
        first = 0
        for life in range(6):
            first += await lived(tmp_path, f"{twin.url}/v1", first, 20 + 9 * life) + AT_ONCE
        async with door(tmp_path, f"{twin.url}/v1") as (_, ledger, database):
            await ledger.recover()
            kept = await rows(database)
        counted, costs, people = await booked(twin)
    by_author = {row["author"]: row for row in kept}
    assert len(by_author) == len(kept)
    assert not [row for row in kept if row["state"] == "held"]
    for number in range(first):
        if kind(number) in NAMED:
            judge(by_author.get(author(number)), people[identifier(author(number))])
    for model in counted:
        mine = [row for row in kept if row["model"] == model and row["state"] == "settled"]
        exact = [row["cost"] for row in mine if not row["estimated"]]
        assert len(exact) <= counted[model] <= len(mine)
        assert sum(exact) - costs[model] < len(exact) + 1
    assert any(row["estimated"] for row in kept)


def judge(row: dict | None, counted: Decimal) -> None:
    """One call: the row, and what the provider counted of it."""
    if row is None or row["state"] == "released":
        assert not counted
    elif not row["estimated"]:
        assert row["cost"] == ceil(counted)


async def lived(folder: Path, url: str, first: int, calls: int) -> int:
    """A process that is killed once so many calls have ended. How many had."""
    command = [sys.executable, "-m", "tests.spending.mixer", str(folder), url, str(first), "100000"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    for _ in range(calls):
        await process.stdout.readline()
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    return calls + len(rest.splitlines())
