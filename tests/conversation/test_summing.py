"""Long threads are summed up in the background, by whom they are paid for, and forgotten whole."""

import json
from itertools import pairwise

from bot.storage.memory import Turn
from tests.fakes.openai import Fault
from tests.handlers.desk import ADA, PLACE, desk

SMALL = {"context_tokens": 1_200, "system_prompt": "Be brief."}
SECRET = "xyzzyplugh"


async def work(it):
    (chore,) = [chore for chore in it.services.chores if chore.name == "summaries"]
    await chore.work()


async def talk(it, number=12, words=20):
    for n in range(number):
        await it.say(f"number {n} " + "word " * words)


def system(it):
    return it.openai.calls[-1].body["messages"][0]["content"]


async def test_a_thread_that_became_long_is_summed_up_after_the_answer_not_before(tmp_path):
    async with desk(tmp_path, **SMALL) as it:
        await talk(it)
        assert len(it.openai.calls) == 12  # nobody waited
        it.openai.answers.extend(["They counted to five.", "and on"] * 9)
        await work(it)
        asked = it.openai.calls[12].body
        assert asked["messages"][1]["content"].startswith("Person: number 0")
        it.openai.answers.clear()
        await it.say("Go on")
        assert "What was said before, in short:\n\nThey counted to five." in system(it)
        assert it.prompt()[0][1].startswith("number")
        assert "number 0" not in str(it.prompt())


async def test_who_asked_pays_for_it(tmp_path):
    async with desk(tmp_path, **SMALL) as it:
        await talk(it)
        await work(it)
        query = "SELECT DISTINCT author, workspace, channel, state FROM calls"
        rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
        assert rows == [(ADA.id, "slack:T1", "slack:T1:C1", "settled")]
        assert len(await it.rows()) == len(it.openai.calls) > 12


async def test_it_is_done_once(tmp_path):
    async with desk(tmp_path, **SMALL) as it:
        await talk(it)
        await work(it)
        calls = len(it.openai.calls)
        await work(it)
        assert len(it.openai.calls) == calls


async def test_a_restart_goes_on_with_it(tmp_path):
    async with desk(tmp_path, **SMALL) as it:
        await talk(it)
    async with desk(tmp_path, **SMALL) as it:
        await work(it)
        assert it.openai.calls


async def test_what_the_provider_refuses_is_tried_later_and_one_without_budget_not(tmp_path):
    async with desk(tmp_path, **SMALL) as it:
        await talk(it)
        it.openai.faults.append(Fault(400, "invalid_request_error"))
        await work(it)
        assert await it.services.summaries.due() == []  # not now
        query = "SELECT not_before FROM summing"
        rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
        assert rows[0][0] > 0


async def test_without_a_budget_for_it_the_thread_goes_on_all_the_same(tmp_path):
    async with desk(tmp_path, **SMALL, budget_person_day="0.000001") as it:
        for n in range(12):
            turns = [Turn("user", f"number {n} " + "word " * 40, 45, f"x{n}")]
            await it.services.memory.remember(PLACE, turns)
        payer = json.dumps({"author": ADA.id, "workspace": "slack:T1", "delivery": "d"}).encode()
        await it.services.summaries.want(PLACE.key, 100, payer)
        await work(it)
        assert it.openai.calls == []
        assert await it.services.summaries.due() == []  # whoever asks next pays
        assert (await it.services.memory.recall(PLACE)).turns


async def test_what_was_deleted_is_in_no_table_and_no_later_prompt(tmp_path):
    """Not in summaries either, nor in those that were made of them."""
    async with desk(tmp_path, **SMALL) as it:
        run = it.asked(f"My password is {SECRET}")
        await it.screen(run)
        await talk(it)
        it.openai.echo = f"They said {SECRET}. "  # a summary says it too
        await work(it)
        it.openai.echo = "You said: "
        assert SECRET in await everything(it)
        await it.services.memory.forget(run.id)
        assert SECRET not in await everything(it)
        before = len(it.openai.calls)
        await it.say("And now?")
        await work(it)
        await it.say("And now?")
        assert SECRET not in str([call.body for call in it.openai.calls[before:]])
        assert SECRET not in await everything(it)


async def everything(it):
    """What every table holds, and the bytes of the database beside them."""

    def dump(db):
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return str([db.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names])

    return await it.storage.database.read(dump)


async def test_over_thirty_turns_most_of_each_prompt_is_as_in_the_one_before(tmp_path):
    """By bytes, summaries under way included: what a provider's cache can know."""
    async with desk(tmp_path, context_tokens=4_000) as it:
        for number in range(30):
            await it.say(f"question {number} " + "word " * 60)
            await work(it)
        bodies = [call.body for call in it.openai.calls]
        chats = [json.dumps(b["messages"]) for b in bodies if b.get("prompt_cache_key")]
        assert len(chats) == 30
        assert len({b["prompt_cache_key"] for b in bodies if b.get("prompt_cache_key")}) == 1
        shares = [shared(*pair) for pair in pairwise(chats)]
        summed_up = len(bodies) - 30
        assert summed_up >= 3
        assert sum(share < 0.5 for share in shares[1:]) <= summed_up  # new where it must be
        total = sum(share * len(one) for share, one in zip(shares, chats[1:], strict=True))
        assert total / sum(map(len, chats)) > 0.7


def shared(one, other):
    """Of the second, how much of its beginning is that of the first."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return same / len(other)


async def test_with_room_for_all_nearly_everything_is_known(tmp_path):
    async with desk(tmp_path) as it:
        for number in range(30):
            await it.say(f"question {number} " + "word " * 60)
        chats = [json.dumps(call.body["messages"])[:-1] for call in it.openai.calls]
        shares = [shared(one[:-1], other) for one, other in pairwise(chats)]
        assert shares[-1] > 0.9
        assert shares == sorted(shares)


async def test_a_model_that_knows_no_cache_key_gets_none(tmp_path):
    async with desk(tmp_path, chat_model="gpt-4-turbo") as it:
        await it.say("hello")
        assert "prompt_cache_key" not in it.openai.calls[-1].body


async def test_a_thread_of_ten_thousand_turns_is_not_summed_up_at_one_persons_cost(tmp_path):
    async with desk(tmp_path) as it:
        text = "word " * 100
        turns = [
            (role, text, 101, f"old{number}") for number in range(1_000) for role in ROLES
        ]  # fmt: skip
        await it.services.memory.remember(PLACE, [Turn(*turn) for turn in turns])
        await it.say("And?")
        for made in (12, 24):
            await work(it)
            assert len([c for c in it.openai.calls if "prompt_cache_key" not in c.body]) == made
            await it.say("And?")


ROLES = ("user", "assistant")
