"""kill -9 at each await of reserve, call and settle, and at each statement of the database."""

import asyncio
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from bot.spending import prices
from bot.spending.ledger import Ledger
from bot.spending.payer import Payer
from tests.fakes.openai import FakeOpenAI, Fault
from tests.spending.desk import ADA, open_desk
from tests.spending.killed import LUNA, MODELS

ROOT = Path(__file__).parents[2]
PRICES = MODELS.model(LUNA).prices


class Failing(FakeOpenAI):
    """Fails the first attempt of each call: an even one is cut, an odd one told to wait."""

    def _fault(self):
        number = number_of(self.calls[-1])
        first = sum(number_of(call) == number for call in self.calls) == 1
        again = "again" in self.calls[-1].body["messages"][0]["content"]
        if not (first and again):
            return Fault()
        return Fault(429) if number % 2 else Fault(disconnect=True)


def number_of(call) -> int:
    return int(re.search(r"number (\d+)", call.body["messages"][0]["content"])[1])


@pytest.mark.parametrize("way", ["plain", "again"])
async def test_no_cent_is_lost_or_doubled_and_nothing_stays_held(tmp_path, way):
    async with Failing() as fake, open_desk(tmp_path, budget_person_day="0.01") as desk:
        command = [sys.executable, "-m", "tests.spending.killed",
                   str(tmp_path), fake.url, fake.key, way]  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await asyncio.wait_for(process.communicate(), 55)
        last = int(told)
        await desk.database.write(desk.database.owner.renew)  # its next heartbeat: who is dead
        await Ledger(desk.books, desk.budgets, MODELS, desk.time).recover()
        asked, rows = defaultdict(int), defaultdict(list)
        for call in fake.calls:
            asked[number_of(call)] += 1
        for row in await desk.rows():
            rows[int(row["author"].removeprefix("slack:T1:U"))].append(row)
        assert last > 20
        for number in range(1, last + 1):
            judge(rows[number], asked[number], whole=number == last)
        await desk.totals_agree()
        for number in range(1, last + 1):
            await judge_budget(desk, number, rows[number])


def judge(rows: list[dict], asked: int, *, whole: bool) -> None:
    """What the books say of one call, of which the provider heard so many times."""
    assert not [row for row in rows if row["state"] == "held"]
    assert asked <= len(rows) <= asked + 1
    for row in rows[: asked - 1] if asked else []:
        assert row["state"] == "released" or row["estimated"]
    if asked and rows[asked - 1]["state"] == "released":
        assert not whole, "the last attempt was answered"
    for row in rows:
        assert (row["cost"] or 0) <= row["reserved"]
        if row["state"] == "settled":
            assert row["cost"] == prices.cost(PRICES, row["tokens_in"], row["tokens_out"])
            assert row["cost"] > 0
    exact = [row for row in rows if row["state"] == "settled" and not row["estimated"]]
    assert len(exact) <= 1
    assert exact or not whole


async def judge_budget(desk, number: int, rows: list[dict]) -> None:
    payer = Payer(f"slack:T1:U{number}", ADA.workspace, "d")
    [(_, balance)] = await desk.ledger.applying(payer)
    assert balance == (sum(row["cost"] for row in rows), 0, 0)
