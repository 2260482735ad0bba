"""Answers that people judged, from the button to the file."""

import json
import time
from dataclasses import replace

import pytest

from bot.desk.dataset.examples import Example, lines, split
from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.parts import File
from bot.run import Run
from bot.storage.memory import Turn
from tests.handlers.desk import ADA, PLACE, desk

BOB = Author("slack:T1:BOB", "Bob")
EVE = Author("slack:T1:EVE", "Eve")


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        yield it


def run(command, id_, by=ADA, *, of="", place=PLACE, **values):
    event = Invocation(id=f"i{id_}", place=place, author=by, at=1.0, command=command, of=of,
                       by="button" if of else "slash", values=values)  # fmt: skip
    return Run(event, id_)


async def does(it, command, by=ADA, **more):
    return await it.screen(run(command, f"r{time.monotonic_ns()}", by, **more))


async def said(it, delivery, question, answer, *, by=ADA, place=PLACE):
    turns = [Turn("user", question, 1, delivery, by.id, 1.0),
             Turn("assistant", answer, 1, delivery, "", 1.0)]  # fmt: skip
    await it.services.memory.remember(place, turns)


async def exported(it, **values):
    """File -> its lines."""
    shown = await does(it, "dataset export", **values)
    files = [media for media in shown.media if isinstance(media, File)]
    return {f.name: [json.loads(line) for line in f.content.splitlines()] for f in files}


async def all_lines(it, **values):
    return [line for found in (await exported(it, **values)).values() for line in found]


async def corrected(it, delivery, better, **more):
    thanks = run("bad", f"thanks for {delivery}", of=delivery)
    thanks.apart = True
    screen = await it.screen(thanks)
    await does(it, "correct", of=thanks.id, better=better, **more)
    return screen


async def collecting(it):
    await does(it, "dataset collect", mode="on")


async def test_nothing_is_collected_where_nobody_agreed(it):
    await said(it, "d1", "2 and 2?", "4")
    shown = await does(it, "bad", of="d1")
    assert shown.buttons == ()
    with pytest.raises(Refused):
        await corrected(it, "d1", "four")
    await collecting(it)
    with pytest.raises(Refused) as refused:
        await exported(it)
    assert "no examples" in refused.value.sentence


async def test_what_was_found_good_becomes_an_example_with_what_was_said_before(it):
    await collecting(it)
    await said(it, "d0", "Hello", "Hi!")
    await said(it, "d1", "2 and 2?", "4")
    await does(it, "good", of="d1", by=BOB)
    [line] = await all_lines(it)
    system, *others = line["messages"]
    assert system == {"role": "system", "content": it.services.settings.system_prompt}
    assert [(m["role"], m["content"]) for m in others] == [
        ("user", "Hello"), ("assistant", "Hi!"), ("user", "2 and 2?"), ("assistant", "4"),
    ]  # fmt: skip


async def test_a_correction_is_the_better_answer(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "5")
    shown = await corrected(it, "d1", "It is 4.")
    assert [b.command for b in shown.buttons] == ["correct"]
    [line] = await all_lines(it)
    assert line["messages"][-1]["content"] == "It is 4."
    [pair] = await all_lines(it, format="dpo")
    assert pair["preferred_output"] == [{"role": "assistant", "content": "It is 4."}]
    assert pair["non_preferred_output"] == [{"role": "assistant", "content": "5"}]
    assert pair["input"]["messages"][-1] == {"role": "user", "content": "2 and 2?"}


async def test_what_was_found_bad_alone_is_left_out_and_counted(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "5")
    await does(it, "bad", of="d1")
    with pytest.raises(Refused) as refused:
        await exported(it)
    assert "1 found bad, without a correction" in refused.value.sentence


async def test_personal_data_is_taken_out_everywhere(it):
    await collecting(it)
    await said(it, "d0", "I am bob@example.com", "Hi <@U024BE7LH>")
    await said(it, "d1", "Call +49 30 901820?", "Use 4111 1111 1111 1111")
    await does(it, "good", of="d1")
    [line] = await all_lines(it)
    told = json.dumps(line)
    for secret in ("bob@example.com", "U024BE7LH", "901820", "4111"):
        assert secret not in told


async def test_who_opted_out_is_in_no_export_not_even_as_context(it):
    await collecting(it)
    await said(it, "d0", "Eve's question", "Eve's answer", by=EVE)
    await said(it, "d1", "Ada's question", "Ada's answer")
    await said(it, "d2", "Eve's other question", "Eve's other answer", by=EVE)
    for delivery in ("d1", "d2"):
        await does(it, "good", of=delivery, by=BOB)
    assert len(await all_lines(it)) == 2
    await does(it, "dataset opt", by=EVE, mode="out")
    [line] = await all_lines(it)
    assert "Eve" not in json.dumps(line)
    await does(it, "dataset opt", by=BOB, mode="out")
    with pytest.raises(Refused):
        await exported(it)
    await does(it, "dataset opt", by=BOB, mode="in")
    assert len(await all_lines(it)) == 1


async def test_what_is_forgotten_is_in_no_export_and_leaves_no_words(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "5")
    await corrected(it, "d1", "It is 4.")
    await it.services.memory.forget("d1")
    with pytest.raises(Refused):
        await exported(it)
    query = "SELECT count(*) FROM corrections"
    kept = await it.storage.database.read(lambda db: db.execute(query).fetchone())
    assert kept == (0,)
    with pytest.raises(Refused):
        await corrected(it, "d1", "It is 4.")


async def test_a_verdict_on_an_answer_that_was_made_anew_is_none_of_the_new_one(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "4")
    await does(it, "good", of="d1")
    await it.services.memory.rewrite("d1", "fish", 1)
    with pytest.raises(Refused):
        await exported(it)


async def test_another_workspace_sees_nothing_of_it(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "4")
    await does(it, "good", of="d1")
    other = Place("slack", "T2", "C1", "1.1")
    with pytest.raises(Refused):
        await exported(it, place=other)
    await does(it, "dataset collect", place=other, mode="on")
    with pytest.raises(Refused):
        await exported(it, place=other)


async def test_where_collecting_ended_nothing_is_exported(it):
    await collecting(it)
    await said(it, "d1", "2 and 2?", "4")
    await does(it, "good", of="d1")
    await does(it, "dataset collect", mode="off")
    with pytest.raises(Refused):
        await exported(it)


async def test_examples_are_split_and_no_example_is_on_both_sides(it):
    await collecting(it)
    for number in range(20):
        place = replace_thread(number)
        await said(it, f"d{number}", f"Question {number}", f"Answer {number}", place=place)
        await does(it, "good", of=f"d{number}")
    found = await exported(it, validation=25)
    training, validation = found["training.jsonl"], found["validation.jsonl"]
    assert (len(training), len(validation)) == (15, 5)
    both = [json.dumps(line) for line in training + validation]
    assert len(set(both)) == 20
    assert await exported(it, validation=25) == found
    assert set(await exported(it, validation=0)) == {"training.jsonl"}


def replace_thread(number):
    return Place("slack", "T1", "C1", f"{number}.1")


def test_a_split_leaves_something_to_train_on():
    one = Example("d", [], "yes", "no")
    assert split([one], 0.5) == ([one], [])
    two = [one, replace(one, delivery="e")]
    assert [len(side) for side in split(two, 0.5)] == [1, 1]
    assert split([], 0.1) == ([], [])
    assert lines([], "dpo") == b""


async def test_only_admins_collect_and_export_and_everyone_opts(it):
    access = {name: it.services.commands[f"dataset {name}"].access
              for name in ("collect", "export", "opt")}  # fmt: skip
    assert access == {"collect": "admin", "export": "admin", "opt": "everyone"}
    assert it.services.commands["dataset export"].private
