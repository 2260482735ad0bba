"""Long threads in short: what stands for what, and what happens when something below changes."""

import re
import sqlite3
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Place
from bot.storage import memory as module
from bot.storage import summaries as summing
from bot.storage.memory import Memory, Turn
from bot.storage.migrations import migrate
from bot.storage.summaries import FAN, Due, Summaries

HERE = Place("slack", "T1", "C1", "7")
PAYER = b'{"author": "ada"}'


@pytest.fixture
def memory(database):
    return Memory(database)


@pytest.fixture
def summaries(database):
    return Summaries(database)


async def talk(memory, numbers, place=HERE):
    for n in numbers:
        turns = [
            Turn("user", f"question {n}", 10, f"d{n}"),
            Turn("assistant", f"answer {n}", 10, f"d{n}"),
        ]
        await memory.remember(place, turns)


async def summed_up(summaries, whole=40, most=100):
    """All that is to be done, as the blocks of which it was done."""
    await summaries.want(HERE.key, whole, PAYER)
    (due,) = await summaries.due()
    blocks = []
    while block := await summaries.next(due, most):
        said = [text.split()[-1] for _, _, text in block.sources]
        blocks.append((block.level, said[0], said[-1]))
        assert await summaries.keep(block, f"L{block.level}: {said[0]} to {said[-1]}", 5)
    await summaries.done(due)
    return blocks


def said(remembered):
    return [s.text for s in remembered.summaries], [t.text for t in remembered.turns]


async def test_older_turns_are_summed_up_in_blocks_and_the_last_stay_whole(memory, summaries):
    await talk(memory, range(12))
    assert await summed_up(summaries) == [(1, "0", "4"), (1, "5", "9")]
    short, turns = said(await memory.recall(HERE))
    assert short == ["L1: 0 to 4", "L1: 5 to 9"]
    assert turns == ["question 10", "answer 10", "question 11", "answer 11"]


async def test_the_last_exchange_stays_whole_however_long_it_is(memory, summaries):
    await talk(memory, range(3))
    assert await summed_up(summaries, whole=5) == [(1, "0", "1")]
    assert said(await memory.recall(HERE))[1] == ["question 2", "answer 2"]


async def test_what_is_short_needs_no_summary(memory, summaries):
    await talk(memory, range(2))
    assert await summed_up(summaries) == []


async def test_who_asked_last_pays_and_it_is_wanted_until_it_is_done(memory, summaries):
    await talk(memory, range(2))
    await summaries.want(HERE.key, 40, PAYER)
    await summaries.want(HERE.key, 40, b"bob")
    (due,) = await summaries.due()
    assert due.payer == b"bob"
    await summaries.want(HERE.key, 40, b"carol")
    await summaries.done(due)
    (due,) = await summaries.due()
    await summaries.done(due)
    assert await summaries.due() == []


async def test_what_failed_is_tried_later(memory, summaries):
    await talk(memory, range(2))
    await summaries.want(HERE.key, 40, PAYER)
    (due,) = await summaries.due()
    await summaries.later(due, 3600)
    assert await summaries.due() == []


async def test_many_summaries_become_one_of_the_next_level(memory, summaries):
    await talk(memory, range(5 * 2 * FAN + 2))
    blocks = await summed_up(summaries)
    assert [level for level, *_ in blocks].count(2) == 1
    short, _ = said(await memory.recall(HERE))
    assert short[0] == "L2: 4 to 29"
    assert short[1] == "L1: 30 to 34"
    assert len(short) == 1 + FAN


async def test_a_thread_of_ten_thousand_turns_has_a_handful_of_them(memory, summaries, database):
    def work(db):
        thread = module._thread(db, HERE.key)
        db.executemany(
            "INSERT INTO turns VALUES (?, ?, '', ?, 10, ?, 0)",
            [((thread << 24) + n, ("user", "assistant")[n % 2], f"turn {n}", f"d{n // 2}")
             for n in range(10_000)],
        )  # fmt: skip

    await database.write(work)
    blocks = await summed_up(summaries, most=500)
    assert len([1 for level, *_ in blocks if level == 1]) == 200
    remembered = await memory.recall(HERE)
    assert len(remembered.summaries) < 2 * FAN * 3
    assert len(remembered.turns) == 4


@pytest.mark.parametrize("change", ["forget", "rewrite", "remember", "move"])
async def test_what_is_changed_or_forgotten_takes_its_summary_along(
    memory, summaries, database, change
):
    await talk(memory, range(5 * 2 * FAN + 2))
    await summed_up(summaries)
    match change:
        case "forget":
            await memory.forget("d2")
        case "rewrite":
            await memory.rewrite("d2", "another 2", 10)
        case "remember":
            await memory.remember(HERE, [Turn("user", "edited 2", 10, "d2")])
        case "move":
            await memory.move("d2", Place("slack", "T1", "C1", "8"))
    remembered = await memory.recall(HERE)
    assert remembered.stale
    assert said(remembered)[0][0] == "L1: 5 to 9"
    rows = await database.read(lambda db: db.execute("SELECT text FROM summaries").fetchall())
    assert not any(text == "L1: 0 to 4" or "L2" in text for (text,) in rows)
    again = await summed_up(summaries)
    assert [level for level, *_ in again] == [1, 2]
    assert not (await memory.recall(HERE)).stale


async def test_where_all_of_it_is_forgotten_nothing_is_left_of_its_summary(memory, summaries):
    await talk(memory, range(12))
    await summed_up(summaries)
    for number in range(5):
        await memory.forget(f"d{number}")
    assert await summed_up(summaries) == []
    assert said(await memory.recall(HERE))[0] == ["L1: 5 to 9"]


async def test_what_changed_while_it_was_summed_up_is_not_kept(memory, summaries):
    await talk(memory, range(12))
    await summaries.want(HERE.key, 40, PAYER)
    (due,) = await summaries.due()
    block = await summaries.next(due, 100)
    await memory.forget("d2")
    assert not await summaries.keep(block, "with what was forgotten", 5)
    assert (await memory.recall(HERE)).summaries == []


async def test_before_a_delivery_no_summary_knows_what_came_later(memory, summaries):
    await talk(memory, range(12))
    await summed_up(summaries)
    short, turns = said(await memory.recall(HERE, before="d7"))
    assert short == ["L1: 0 to 4"]
    assert turns == ["question 5", "answer 5", "question 6", "answer 6"]


async def test_who_begins_anew_leaves_summaries_behind_too(memory, summaries):
    await talk(memory, range(12))
    await summed_up(summaries)
    assert await memory.begin_anew(HERE)
    assert not await memory.begin_anew(HERE)
    await talk(memory, [12])
    assert said(await memory.recall(HERE)) == ([], ["question 12", "answer 12"])


async def test_the_last_turns_begin_at_the_same_one_for_a_long_time(memory):
    """A thread that nobody sums up is read from a step of its own on."""
    await talk(memory, range(400))
    begins = []
    for number in range(400, 464):
        await talk(memory, [number])
        remembered = await memory.recall(HERE)
        assert len(remembered.turns) <= 530
        begins.append(remembered.turns[0].text)
    assert len(set(begins)) <= 2


async def test_recalling_looks_at_nothing_else(memory, summaries, database):
    await talk(memory, range(12))
    await summed_up(summaries)

    def plans(db):
        statements = []
        db.set_trace_callback(statements.append)
        module._recall(db, HERE, "d11")
        db.set_trace_callback(None)
        return [row[-1] for sql in statements for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]

    for plan in await database.write(plans):
        assert plan.startswith("SEARCH"), plan
        assert "TEMP B-TREE" not in plan


deliveries = st.integers(0, 30)
events = st.one_of(
    st.tuples(st.just("say"), deliveries), st.tuples(st.just("forget"), deliveries),
    st.tuples(st.just("rewrite"), deliveries), st.tuples(st.just("sum up"), deliveries),
    st.tuples(st.just("begin anew"), deliveries),
)  # fmt: skip


@patch.object(summing, "FAN", 2)  # so that there are levels
@given(st.lists(events, max_size=60))
@settings(max_examples=150, deadline=None)
def test_summaries_and_turns_together_are_what_was_said_no_more_no_less(events):
    """Where a summary is simply all that it was made of, nothing is lost, doubled or out of order,
    whatever happens in between; and before it is made again, nothing of what changed is there.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    said, before = {}, set()  # what was said before somebody began anew keeps its seat there
    for number, (event, delivery) in enumerate(events):
        text = f"<{delivery}.{number}>"
        match event:
            case "say":
                turn = Turn("user", text, 10, f"d{delivery}")
                module._remember(connection, HERE.key, [turn])
                if delivery not in before:
                    said[delivery] = text
            case "forget":
                module.erase(connection, f"d{delivery}")
                said.pop(delivery, None)
                before.discard(delivery)
            case "rewrite" if delivery in said:
                module._remember(connection, HERE.key, [Turn("user", text, 10, f"d{delivery}")])
                said[delivery] = text
            case "begin anew":
                module._begin_anew(connection, HERE.key)
                before |= set(said)
                said = {}
            case "sum up":
                sum_up(connection)
                assert whole(connection) == list(said.values())
        assert set(whole(connection)) <= set(said.values())
    sum_up(connection)
    assert whole(connection) == list(said.values())
    connection.close()


def sum_up(connection):
    if found := connection.execute("SELECT id FROM threads").fetchone():
        while block := summing._next(connection, Due(found[0], 20, b""), 30):
            text = "".join(text for _, _, text in block.sources)
            assert summing._keep(connection, block, text, 1)


def whole(connection):
    remembered = module._recall(connection, HERE, "")
    texts = [s.text for s in remembered.summaries] + [t.text for t in remembered.turns]
    return re.findall("<[^>]*>", "".join(texts))


async def test_what_is_said_after_everything_was_forgotten_is_known(memory, summaries):
    await talk(memory, range(12))
    await summed_up(summaries)
    await memory.begin_anew(HERE)
    for number in range(12):
        await memory.forget(f"d{number}")
    await talk(memory, [12])
    assert said(await memory.recall(HERE)) == ([], ["question 12", "answer 12"])
