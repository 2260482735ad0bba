"""Windows, crowds and crashes."""

import asyncio
import subprocess
import sys
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.openai.catalogue import Prices
from bot.openai.chat import Usage
from bot.spending.budgets import BudgetSpent
from bot.spending.outcomes import settled
from bot.spending.payer import Payer
from bot.spending.quotes import Quote
from bot.storage.balances import Budget, Whom
from bot.storage.budgets import Asked
from bot.storage.ledger import Used
from tests.spending.desk import ADA, BOB, CENT, NOON, PROMPT, StubChat, Time, ask, open_desk

DAY = 86_400
ROOT = Path(__file__).parents[2]
SPENDER = (sys.executable, "-m", "tests.spending.spender")


def dear(desk, payer=ADA, out=1000):
    """A call that costs 2 micro-dollars a token of `out`, and its prompt."""
    chat = StubChat(("word",), Usage(prompt=PROMPT, completion=out))
    return desk.openai(chat).charged_to(payer).complete(ask(most=out))


async def test_a_new_day_has_a_new_budget(tmp_path):
    time = Time()
    async with open_desk(tmp_path, time, budget_person_day="0.00203") as desk:
        await dear(desk)
        with pytest.raises(BudgetSpent):
            await dear(desk)
        time.now += DAY
        await dear(desk)


async def test_a_month_outlasts_its_days(tmp_path):
    time = Time()
    async with open_desk(tmp_path, time, budget_person_month="0.00203") as desk:
        await dear(desk)
        time.now += DAY
        with pytest.raises(BudgetSpent, match="person"):
            await dear(desk)
        time.now += 10 * DAY
        await dear(desk)


async def test_an_answer_that_ends_after_midnight_is_booked_on_the_day_it_began(tmp_path):
    time = Time(NOON + DAY / 2 - 1)
    async with open_desk(tmp_path, time, budget_person_day="0.01") as desk:
        chat = StubChat(("word",), Usage(prompt=PROMPT, completion=500))
        chunks = desk.openai(chat).charged_to(ADA).chat(ask())
        await anext(chunks)
        time.now += 2
        async for _ in chunks:
            pass
        statement = await desk.ledger.statement(ADA.author, ADA.workspace)
        assert statement.today == []
        await desk.totals_agree()


async def test_one_persons_budget_is_not_anothers_but_the_workspaces_is(tmp_path):
    async with open_desk(
        tmp_path, budget_person_day="0.00203", budget_workspace_day="0.0042"
    ) as desk:
        await dear(desk, ADA)
        await dear(desk, BOB)
        statement = await desk.ledger.statement(ADA.author, ADA.workspace)
        left = [limit.room(balance) for limit, balance in statement.budgets]
        assert left == [2030 - 2008, 4200 - 2 * 2008]


async def test_fifty_calls_at_once_never_spend_more_than_the_cent(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.01") as desk:

        class Greedy(StubChat):
            """Uses every token that it is given."""

            async def complete(self, request, meter):
                self.usage = Usage(prompt=PROMPT, completion=request.max_output_tokens)
                await asyncio.sleep(0)
                return await super().complete(request, meter)

        calls = [desk.openai(Greedy()).charged_to(ADA).complete(ask()) for _ in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, BudgetSpent)]
        assert len(refused) == len(calls) - len(await desk.rows())
        assert CENT - PROMPT - 2 * 16 < await desk.spent() <= CENT
        await desk.totals_agree()


async def test_four_processes_on_one_database_never_spend_more_than_the_cent(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.01") as desk:
        processes = [
            subprocess.Popen([*SPENDER, "spend", str(tmp_path)], cwd=ROOT) for _ in range(4)
        ]
        codes = [await asyncio.to_thread(process.wait, 50) for process in processes]
        assert codes == [0] * 4
        assert CENT - PROMPT - 2 * 16 < await desk.spent() <= CENT
        assert (await desk.states())["held"] == 0
        await desk.totals_agree()


async def set_budget(desk, unit, amount, named=""):
    budget = Budget(Whom("channel", "slack:T1:C1"), unit, "hour", named, amount)
    await desk.budget_book.set(Asked(f"{unit} {named}", "boss"), budget)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("unit", "amount", "calls"),
    [("tokens", 1_000, 1), ("requests", 7, 7), ("pictures", 5, 2), ("seconds", 100, 3)],
)
async def test_fifty_calls_at_once_hold_to_a_budget_of_any_unit(
    tmp_path, unit, amount, calls, named
):
    """A budget of a channel, so one of many people's."""
    capability = {"pictures": "images", "seconds": "transcription"}.get(unit, "chat")
    units = {"pictures": Used(pictures=2), "seconds": Used(seconds=30)}.get(unit, Used(8))
    async with open_desk(tmp_path) as desk:
        await set_budget(desk, unit, amount, capability if named else "")

        async def call(number):
            payer = Payer(f"slack:T1:U{number}", "slack:T1", "d", "slack:T1:C1")
            wanted = 1_000 if capability == "chat" else 0
            quote = Quote(capability, "m", Prices(0, 0), units.tokens_in, wanted, wanted and 16,
                          units=units)  # fmt: skip
            row, entry = await desk.ledger.reserve(str(number), 1, payer, quote)
            await asyncio.sleep(0)
            used = units._replace(tokens_out=entry.cap)
            await desk.ledger.close(row, settled(used, 0, 0))

        ends = await asyncio.gather(*map(call, range(50)), return_exceptions=True)
        refused = [end for end in ends if isinstance(end, BudgetSpent)]
        assert len(refused) == 50 - calls
        assert "this channel's" in refused[0].sentence
        payer = Payer("slack:T1:U1", "slack:T1", "d", "slack:T1:C1")
        [(limit, balance)] = await desk.ledger.applying(payer)
        assert balance.held == 0
        assert 0 <= limit.room(balance) == amount - balance.spent < 31
        await desk.totals_agree()


async def test_what_no_budget_counts_is_not_held_to_it(tmp_path):
    async with open_desk(tmp_path) as desk:
        await set_budget(desk, "requests", 0)
        await set_budget(desk, "pictures", 0)
        payer = Payer("slack:T1:U1", "slack:T1", "d", "slack:T1:C1")
        moderation = Quote("moderation", "m", Prices(0, 0), 8)
        await desk.ledger.reserve("1", 1, payer, moderation)
        with pytest.raises(BudgetSpent):
            await desk.ledger.reserve("2", 1, payer, Quote("chat", "m", Prices(0, 0), 8))


async def test_the_shorter_of_money_and_tokens_is_the_answers_length(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0.0005") as desk:
        payer = Payer("slack:T1:U1", "slack:T1", "d", "slack:T1:C1")
        quote = Quote("chat", "m", Prices(1_000_000, 2_000_000), 100, 1_000, 16)
        await set_budget(desk, "tokens", 1_000)
        _, by_money = await desk.ledger.reserve("1", 1, payer, quote)
        assert by_money.cap == 200
        other = replace(payer, author="slack:T1:U2")
        await set_budget(desk, "tokens", 460, "chat")
        _, by_tokens = await desk.ledger.reserve("2", 1, other, quote)
        assert by_tokens.cap == 460 - 300 - 100


async def test_a_workspace_that_pays_is_no_person(tmp_path):
    async with open_desk(tmp_path, budget_person_day="0", budget_workspace_day="1") as desk:
        payer = Payer("slack:T1", "slack:T1", "d")
        assert [limit.account.kind for limit, _ in await desk.ledger.applying(payer)] == [
            "workspace"
        ]


async def test_a_budget_set_by_another_process_holds_at_once(tmp_path):
    async with open_desk(tmp_path) as desk, open_desk(tmp_path) as other:
        await dear(desk)
        budget = Budget(Whom("everyone", "slack:T1"), "requests", "day", "", 1)
        await other.budget_book.set(Asked("1", "boss"), budget)
        with pytest.raises(BudgetSpent):
            await dear(desk)


@asynccontextmanager
async def abandoned(desk, shown: str):
    """A call of a process that died when people had read this much of the answer."""
    insert = (
        "INSERT INTO inbox (position, delivery, owner, attempt, shown, event) "
        "VALUES (1, 'delivery', NULL, 1, ?, '')"
    )

    def die(connection):
        connection.execute("UPDATE calls SET owner = 'nobody'")
        connection.execute(insert, (shown,))

    async with aclosing(desk.openai(StubChat(("word",))).charged_to(ADA).chat(ask())) as chunks:
        await anext(chunks)
        await desk.database.write(die)
        yield


async def test_what_a_dead_process_left_is_booked_by_what_people_read(tmp_path):
    async with open_desk(tmp_path) as desk:
        async with abandoned(desk, shown="x" * 40):
            assert await desk.ledger.recover() == 1
            assert await desk.ledger.recover() == 0
        [row] = await desk.rows()
        assert (row["state"], row["estimated"]) == ("settled", 1)
        assert row["cost"] == PROMPT + 2 * 10
        await desk.totals_agree()


async def test_an_answer_is_never_estimated_above_its_cap(tmp_path):
    async with open_desk(tmp_path) as desk:
        async with abandoned(desk, shown="x" * 40_000):
            await desk.ledger.recover()
        [row] = await desk.rows()
        assert row["tokens_out"] == 1000


async def test_what_a_living_process_has_under_way_is_left_alone(tmp_path):
    async with open_desk(tmp_path) as desk, open_desk(tmp_path) as other:
        chunks = desk.openai(StubChat(("word",))).charged_to(ADA).chat(ask())
        await anext(chunks)
        assert await desk.ledger.recover() == 0
        assert await other.ledger.recover() == 0
        await chunks.aclose()
        assert await desk.states() == {"settled": 1}


@pytest.mark.parametrize(
    ("way", "state", "cost"), [("hold", "settled", PROMPT), ("back-off", "released", 0)]
)
async def test_a_killed_process_is_charged_for_what_may_have_run(tmp_path, way, state, cost):
    async with open_desk(tmp_path) as desk:
        process = await asyncio.create_subprocess_exec(
            *SPENDER, way, str(tmp_path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        await asyncio.wait_for(process.stdout.readline(), 20)
        assert await desk.ledger.recover() == 0
        process.kill()
        await process.wait()
        assert await desk.ledger.recover() == 1
        [row] = await desk.rows()
        assert (row["state"], row["cost"]) == (state, cost)
        await desk.totals_agree()
