"""The charged door with the real client before a server on loopback: what the provider was asked,
what it worked for, and what the books say.
"""

from contextlib import aclosing, suppress

import pytest
from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.errors import OpenAIError
from bot.openai.retry import Clock
from bot.openai.transport import Timeouts, Transport
from bot.spending.bills import Bills
from bot.spending.door import OpenAI
from tests.fakes.openai import FakeOpenAI, Fault
from tests.spending.desk import ADA, ask, open_desk

LUNA = "gpt-6-luna"


async def at_once(_seconds: float) -> None:
    pass


@pytest.fixture
async def fake():
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def door(fake, tmp_path):
    """Opens a desk with these settings, and the door to the fake server."""
    models = catalogue.load()
    timeouts = Timeouts(connect=1, first_byte=0.2, silence=0.2, total=60)
    clock = Clock(sleep=at_once)
    transport = Transport(fake.url, SecretStr(fake.key), timeouts=timeouts, clock=clock)

    async with open_desk(tmp_path, budget_person_day="0.01") as desk:
        api = API.at(lambda _: transport, models)
        desk.door = OpenAI(api, Bills.of(models, desk.settings), desk.ledger, desk.cache)
        yield desk
    await transport.aclose()


async def read(desk, most: int = 4096) -> str:
    async with aclosing(desk.door.charged_to(ADA).chat(ask("one two three", most, LUNA))) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def test_the_server_is_asked_for_no_more_than_the_budget_allows(door, fake):
    await read(door, most=100_000)
    # $0.01 is 20,000 tokens of output at $0.50 a million; the prompt takes two of them.
    assert fake.calls[0].body["max_completion_tokens"] == 19_998
    [row] = await door.rows()
    assert (row["tokens_in"], row["tokens_out"]) == (fake.prompt_tokens, fake.completion_tokens)


@pytest.mark.parametrize(
    ("faults", "states"),
    [
        ([Fault(429)], ["released", "settled"]),
        ([Fault(503), Fault(429)], ["released", "released", "settled"]),
        ([Fault(disconnect=True)], ["settled", "settled"]),
        ([Fault(hang=True)], ["settled", "settled"]),
        ([Fault(401)], ["released"]),
        ([Fault(429, "insufficient_quota")], ["released"]),
        ([Fault(cut_after=2)], ["settled"]),
        ([Fault(end_after=2)], ["settled"]),
        ([Fault(stall_after=2)], ["settled"]),
        ([Fault(error_after=1)], ["settled"]),
        ([Fault(200, body="<html>")], ["released"]),
    ],
)
async def test_every_request_has_its_row_and_none_stays_held(door, fake, faults, states):
    fake.faults.extend(faults)
    with suppress(OpenAIError):
        await read(door)
    rows = await door.rows()
    assert [row["state"] for row in rows] == states
    assert len(rows) == len(fake.calls)
    assert [row["attempt"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["cost"] > 0 for row in rows if row["state"] == "settled")
    await door.totals_agree()


async def test_what_a_cut_stream_showed_is_charged_as_an_estimate(door, fake):
    fake.faults.append(Fault(cut_after=2))
    with pytest.raises(OpenAIError):
        await read(door)
    [row] = await door.rows()
    assert row["estimated"] == 1
    assert row["tokens_out"] >= 2


async def test_a_server_that_tells_no_usage_is_counted(door, fake):
    fake.sends_usage = False
    await read(door)
    [row] = await door.rows()
    assert row["estimated"] == 1
    assert row["tokens_out"] >= fake.completion_tokens
