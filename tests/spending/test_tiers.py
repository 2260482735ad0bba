"""Service tiers: a call is booked at the price of the tier that answered."""

from contextlib import aclosing
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from bot.openai.catalogue import Catalogue, Prices
from bot.openai.chat import ChatChunk, Usage
from bot.openai.chat_types import Facts
from bot.spending.bills import Bills
from bot.spending.door import OpenAI
from bot.spending.quotes import NoPrice
from tests.spending.desk import ADA, FAMILIES, PRICED, PROMPT, StubChat, ask, open_desk

TIERS = {"flex": Prices(500_000, 1_000_000), "priority": Prices(4_000_000, 8_000_000)}
TIERED = replace(PRICED, tiers=TIERS)
USAGE = Usage(prompt=20, completion=5)


class Tiered(StubChat):
    """Says by which tier it answers."""

    def __init__(self, tier, usage=USAGE):
        super().__init__(("one", " two"), usage)
        self.facts = Facts(service_tier=tier)

    async def stream(self, request, meter):
        async with aclosing(super().stream(request, meter)) as chunks:
            async for chunk in chunks:
                yield replace(chunk, facts=self.facts)


@pytest.fixture
async def desk(tmp_path):
    async with open_desk(tmp_path) as desk:
        yield desk


async def booked(desk, asked, answered, usage=USAGE):
    """The row of a call that asks for a tier and is answered by one."""
    bills = Bills.of(Catalogue({"priced": TIERED}), desk.settings)
    api = SimpleNamespace(**dict.fromkeys(FAMILIES) | {"chat": Tiered(answered, usage)})
    openai = OpenAI(api, bills, desk.ledger, desk.cache)
    request = replace(ask(), service_tier=asked)
    async with aclosing(openai.charged_to(ADA).chat(request)) as chunks:
        assert [chunk async for chunk in chunks if isinstance(chunk, ChatChunk)]
    (row,) = await desk.rows()
    return row


@pytest.mark.parametrize(
    ("asked", "answered", "cost", "held"),
    [
        (None, "", 20 + 10, PROMPT + 2000),
        (None, "default", 20 + 10, PROMPT + 2000),
        ("auto", "default", 20 + 10, PROMPT + 2000),
        ("flex", "flex", 10 + 5, PROMPT // 2 + 1000),
        ("flex", "", 10 + 5, PROMPT // 2 + 1000),
        ("priority", "priority", 80 + 40, PROMPT * 4 + 8000),
        ("priority", "default", 20 + 10, PROMPT * 4 + 8000),
        ("auto", "priority", 80 + 40, PROMPT + 2000),
    ],
)
async def test_the_tier_that_is_asked_for_is_held_and_the_one_that_answers_is_paid(
    desk, asked, answered, cost, held
):
    row = await booked(desk, asked, answered)
    assert (row["cost"], row["reserved"], row["estimated"]) == (cost, held, 0)
    await desk.totals_agree()


async def test_a_cut_answer_is_estimated_at_its_tier(desk):
    row = await booked(desk, "flex", "flex", usage=None)
    assert (row["cost"], row["estimated"]) == (PROMPT // 2 + row["tokens_out"], 1)


async def test_a_tier_of_unknown_price_is_never_free(desk):
    row = await booked(desk, "auto", "scale")
    assert row["cost"] == row["reserved"] > 0
    assert row["estimated"]


async def test_one_that_was_asked_for_has_no_price_either(desk):
    row = await booked(desk, "scale", "scale")
    assert (row["cost"], row["reserved"]) == (None, 0)


async def test_and_where_a_budget_stands_it_is_not_asked_for(tmp_path):
    async with open_desk(tmp_path, budget_person_day="1") as desk:
        with pytest.raises(NoPrice):
            await booked(desk, "scale", "scale")
