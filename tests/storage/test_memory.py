"""What a thread remembers."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import Place
from bot.storage import memory as module
from bot.storage.memory import Memory, Turn
from bot.storage.migrations import migrate

HERE = Place("slack", "T1", "C1", "7")
THERE = Place("slack", "T1", "C1", "8")


@pytest.fixture
def memory(database):
    return Memory(database)


def asked(delivery, text="question", **more):
    return Turn("user", f"{text} {delivery}", 3, delivery, author="slack:T1:U1", at=1.0, **more)


def answered(delivery, text="answer", **more):
    return Turn("assistant", f"{text} {delivery}", 5, delivery, at=2.0, **more)


def texts(turns):
    return [turn.text for turn in turns]


async def talk(memory, deliveries, place=HERE):
    for delivery in deliveries:
        await memory.remember(place, [asked(delivery), answered(delivery)])


async def test_a_thread_remembers_its_turns_in_order(memory):
    await talk(memory, "ab")
    assert await memory.recent(HERE, 50) == [asked("a"), answered("a"), asked("b"), answered("b")]


async def test_the_newest_turns_are_given_oldest_first(memory):
    await talk(memory, "abc")
    assert texts(await memory.recent(HERE, 3)) == ["answer b", "question c", "answer c"]


async def test_threads_do_not_hear_each_other(memory):
    await talk(memory, "a", HERE)
    await talk(memory, "b", THERE)
    assert texts(await memory.recent(HERE, 50)) == ["question a", "answer a"]
    assert await memory.recent(Place("slack", "T1", "C1", "9"), 50) == []


async def test_an_answer_that_ran_again_is_remembered_once(memory):
    await talk(memory, "ab")
    await memory.remember(HERE, [asked("a"), answered("a", "better answer")])
    assert texts(await memory.recent(HERE, 50)) == [
        "question a", "better answer a", "question b", "answer b",
    ]  # fmt: skip


async def test_before_a_delivery_is_what_was_said_before_its_question(memory):
    await talk(memory, "abc")
    assert texts(await memory.recent(HERE, 50, before="b")) == ["question a", "answer a"]
    assert texts(await memory.recent(HERE, 1, before="c")) == ["answer b"]
    assert await memory.recent(HERE, 50, before="a") == []


async def test_before_a_delivery_that_is_not_remembered_is_everything(memory):
    await talk(memory, "ab")
    assert len(await memory.recent(HERE, 50, before="new")) == 4


async def test_another_answer_takes_the_place_of_the_old_one(memory):
    await talk(memory, "ab")
    await memory.rewrite("a", "other", 9)
    question, answer = await memory.of("a")
    assert (question, answer.text, answer.tokens) == (asked("a"), "other", 9)
    assert texts(await memory.recent(HERE, 2, before="b")) == ["question a", "other"]


async def test_an_answer_that_was_missing_comes_behind_its_question(memory):
    await memory.remember(HERE, [asked("a")])
    await talk(memory, "b")
    await memory.rewrite("a", "late", 1)
    assert texts(await memory.recent(HERE, 50)) == ["question a", "late", "question b", "answer b"]


async def test_nothing_is_remembered_of_an_unknown_delivery(memory):
    await memory.rewrite("nobody", "text", 1)
    assert await memory.of("nobody") == (None, None)


async def test_wild_text_is_remembered(memory):
    text = "zero \0 byte, emoji 🦊, " + "long " * 20_000
    await memory.remember(HERE, [Turn("user", text, 1, "a")])
    assert texts(await memory.recent(HERE, 1)) == [text]


async def test_the_last_turns_are_found_without_a_look_at_the_others(memory, database):
    """No scan, no sort: the cost does not grow with what was ever said (P8)."""
    await talk(memory, "ab")

    def plans(db):
        statements = []
        db.set_trace_callback(statements.append)
        module._recent(db, HERE.key, 50, "b")
        db.set_trace_callback(None)
        return [row[-1] for sql in statements for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert await database.write(plans) == [
        "SEARCH threads USING COVERING INDEX sqlite_autoindex_threads_1 (key=?)",
        "SEARCH turns USING COVERING INDEX turns_delivery (delivery=?)",
        "SEARCH turns USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_thread_is_its_deliveries_in_the_order_of_their_first_turn(events):
    """Whatever is remembered again or rewritten: no turn twice, each answer behind its question."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    for delivery, replied in events:
        module._remember(connection, HERE.key, [asked(delivery), answered(delivery)][: 1 + replied])
    expected = []
    for delivery in dict.fromkeys(name for name, _ in events):
        expected.append(asked(delivery))
        if (delivery, True) in events:
            expected.append(answered(delivery))
    assert module._recent(connection, HERE.key, 50, "") == expected
    connection.close()
