"""What a call costs, whichever way it ends."""

import asyncio
from contextlib import aclosing

import pytest

from bot.errors import Refused
from bot.openai.chat import Usage
from bot.openai.errors import ConnectionFailed, NotFound, RateLimited, StreamCut, TimedOut
from bot.spending.budgets import BudgetSpent
from bot.spending.quotes import NoPrice
from bot.storage.problems import StorageUnavailable
from tests.spending.desk import ADA, PROMPT, StubChat, ask, open_desk

WORDS = ("one", " two", " three")


@pytest.fixture
async def desk(tmp_path):
    async with open_desk(tmp_path) as desk:
        yield desk


async def read(chunks) -> str:
    async with aclosing(chunks):
        return "".join([chunk.text async for chunk in chunks])


async def test_a_streamed_answer_is_booked_as_the_server_counted_it(desk):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5, cached=10))
    assert await read(desk.openai(chat).charged_to(ADA).chat(ask())) == "one two three"
    [row] = await desk.rows()
    assert row["state"] == "settled"
    assert (row["tokens_in"], row["tokens_cached"], row["tokens_out"]) == (20, 10, 5)
    assert row["cost"] == 10 + 5 + 10
    assert not row["estimated"]
    assert (row["author"], row["workspace"], row["delivery"]) == (
        ADA.author, ADA.workspace, ADA.delivery,
    )  # fmt: skip
    assert row["request_id"] == "req_1"
    await desk.totals_agree()


async def test_a_whole_answer_is_booked_too(desk):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    completion = await desk.openai(chat).charged_to(ADA).complete(ask())
    assert completion.text == "one two three"
    assert await desk.spent() == 30
    await desk.totals_agree()


async def test_the_row_is_written_before_the_request_is_sent(desk):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    chunks = desk.openai(chat).charged_to(ADA).chat(ask())
    async with aclosing(chunks):
        await anext(chunks)
        [row] = await desk.rows()
    assert (row["state"], row["tokens_in"], row["reserved"]) == ("held", PROMPT, PROMPT + 2000)


async def test_the_budget_chooses_the_cap_that_is_sent(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.0005") as desk:
        chat = StubChat(WORDS, Usage(prompt=PROMPT, completion=3))
        await read(desk.openai(chat).charged_to(ADA).chat(ask()))
    assert [request.max_output_tokens for request in chat.requests] == [(500 - PROMPT) // 2]


async def test_without_a_cap_of_its_own_a_call_has_the_models(desk):
    chat = StubChat(WORDS)
    await desk.openai(chat).charged_to(ADA).complete(ask(most=None))
    assert chat.requests[0].max_output_tokens == 5_000


async def test_a_spent_budget_is_refused_before_anything_is_sent(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.00003") as desk:
        chat = StubChat(WORDS)
        with pytest.raises(BudgetSpent):
            await read(desk.openai(chat).charged_to(ADA).chat(ask()))
        assert await desk.rows() == []
    assert chat.requests == []


async def test_a_cut_stream_costs_the_prompt_and_what_came_and_is_an_estimate(desk):
    chat = StubChat(WORDS)
    chat.breaks = StreamCut("cut", may_have_run=True)
    with pytest.raises(StreamCut):
        await read(desk.openai(chat).charged_to(ADA).chat(ask()))
    [row] = await desk.rows()
    assert (row["state"], row["estimated"]) == ("settled", 1)
    assert row["cost"] == PROMPT + 2 * max(len(WORDS), -(-len("".join(WORDS)) // 4))


async def test_a_generator_closed_early_settles_once(desk):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    chunks = desk.openai(chat).charged_to(ADA).chat(ask())
    await anext(chunks)
    await chunks.aclose()
    await chunks.aclose()
    [row] = await desk.rows()
    assert (row["state"], row["estimated"], row["tokens_out"]) == ("settled", 1, 1)
    assert chat.closed == 1
    await desk.totals_agree()


async def test_a_cancelled_stream_settles(desk):
    reading = asyncio.Event()

    class Endless(StubChat):
        async def stream(self, request, meter):
            async with aclosing(super().stream(request, meter)) as chunks:
                async for chunk in chunks:
                    yield chunk
                    reading.set()
                    await asyncio.Event().wait()

    task = asyncio.create_task(read(desk.openai(Endless(WORDS)).charged_to(ADA).chat(ask())))
    await asyncio.wait_for(reading.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await desk.states() == {"settled": 1}


@pytest.mark.parametrize("steps", range(12))
async def test_a_call_cancelled_at_any_moment_leaves_nothing_held(desk, steps):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    task = asyncio.create_task(read(desk.openai(chat).charged_to(ADA).chat(ask())))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    for _ in range(steps % 3):  # somebody is impatient
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait([task])
    await desk.ledger.aclose()
    assert (await desk.states())["held"] == 0
    assert (await desk.states())["settled"] == len(chat.requests)
    await desk.totals_agree()


@pytest.mark.parametrize(
    "error",
    [ConnectionFailed("refused"), NotFound("404", status=404), RateLimited("429", status=429)],
)
async def test_what_the_server_did_nothing_for_costs_nothing(desk, error):
    error.retried = False
    chat = StubChat(WORDS)
    chat.script = [error]
    with pytest.raises(type(error)):
        await desk.openai(chat).charged_to(ADA).complete(ask())
    [row] = await desk.rows()
    assert (row["state"], row["cost"]) == ("released", 0)
    await desk.totals_agree()


async def test_an_attempt_of_unknown_fate_costs_its_prompt_as_an_estimate(desk):
    chat = StubChat(WORDS, Usage(prompt=PROMPT, completion=3))
    chat.script = [TimedOut("no answer", may_have_run=True)]
    await desk.openai(chat).charged_to(ADA).complete(ask())
    first, second = await desk.rows()
    assert (first["attempt"], first["cost"], first["estimated"]) == (1, PROMPT, 1)
    assert (second["attempt"], second["cost"], second["estimated"]) == (2, PROMPT + 6, 0)
    assert first["call"] == second["call"]
    await desk.totals_agree()


async def test_a_retry_takes_over_the_hold_of_the_attempt_before(tmp_path):
    # The budget has room for one call; the retry fits because the first attempt lets go.
    async with open_desk(tmp_path, budget_person_day="0.00205") as desk:
        chat = StubChat(WORDS, Usage(prompt=PROMPT, completion=3))
        chat.script = [RateLimited("429"), RateLimited("429")]
        await desk.openai(chat).charged_to(ADA).complete(ask())
        states = [(row["state"], row["cost"]) for row in await desk.rows()]
    assert states == [("released", 0), ("released", 0), ("settled", PROMPT + 6)]


async def test_between_attempts_the_hold_stands(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.0021") as desk:
        other = desk.openai(StubChat(WORDS)).charged_to(ADA)

        class Waiting(StubChat):
            async def _attempts(self, request, meter):
                await meter.sending()
                await meter.failed(RateLimited("429"))
                with pytest.raises(BudgetSpent, match="held=2008"):
                    await other.complete(ask("x" * 1000))
                await meter.sending()

        await desk.openai(Waiting(WORDS)).charged_to(ADA).complete(ask())
        assert await desk.states() == {"released": 1, "settled": 1}


async def test_a_retry_that_the_budget_has_no_room_for_is_not_made(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.002008") as desk:
        chat = StubChat(WORDS)
        chat.script = [TimedOut("no answer", may_have_run=True)]
        with pytest.raises(BudgetSpent):
            await desk.openai(chat).charged_to(ADA).complete(ask())
        assert [row["cost"] for row in await desk.rows()] == [PROMPT]
        await desk.totals_agree()
    assert len(chat.requests) == 1


async def test_an_unknown_price_is_booked_as_unknown(desk):
    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    await desk.openai(chat).charged_to(ADA).complete(ask(model="new-model"))
    [row] = await desk.rows()
    assert (row["state"], row["cost"], row["tokens_in"]) == ("settled", None, 20)
    await desk.totals_agree()


async def test_an_unknown_price_under_a_budget_needs_the_operators_ceiling(tmp_path):
    async with open_desk(tmp_path, budget_workspace_day="5") as desk:
        with pytest.raises(NoPrice):
            await desk.openai(StubChat()).charged_to(ADA).complete(ask(model="new-model"))
        assert await desk.rows() == []


async def test_an_unknown_price_is_booked_at_the_ceiling_as_an_estimate(tmp_path):
    async with open_desk(
        tmp_path, budget_workspace_day="0.03", unpriced_call_ceiling="0.02"
    ) as desk:
        charged = desk.openai(StubChat(WORDS, Usage(20, 5))).charged_to(ADA)
        await charged.complete(ask(model="new-model"))
        [row] = await desk.rows()
        assert (row["cost"], row["estimated"]) == (20_000, 1)
        with pytest.raises(Refused):
            await charged.complete(ask(model="new-model"))


async def test_tools_are_part_of_the_prompt_that_is_counted(desk):
    request = ask()
    tool = {"type": "function", "function": {"name": "f", "description": "x" * 400}}
    request = type(request)(model=request.model, messages=request.messages, tools=(tool,))
    await desk.openai(StubChat(WORDS)).charged_to(ADA).complete(request)
    [row] = await desk.rows()
    assert row["tokens_in"] > PROMPT + 100


async def test_a_call_that_cannot_be_written_down_is_not_made(desk, monkeypatch):
    async def full(_work):
        raise StorageUnavailable("no space")

    monkeypatch.setattr(desk.database, "write", full)
    chat = StubChat(WORDS)
    with pytest.raises(StorageUnavailable):
        await desk.openai(chat).charged_to(ADA).complete(ask())
    assert chat.requests == []


async def test_what_cannot_be_settled_is_settled_when_there_is_space_again(desk, monkeypatch):
    async def full(_work):
        raise StorageUnavailable("no space")

    chat = StubChat(WORDS, Usage(prompt=20, completion=5))
    chunks = desk.openai(chat).charged_to(ADA).chat(ask())
    await anext(chunks)
    monkeypatch.setattr(desk.database, "write", full)
    await read(chunks)
    monkeypatch.undo()
    assert await desk.states() == {"held": 1}
    assert await desk.ledger.recover() == 1
    assert await desk.spent() == 30
    await desk.totals_agree()
