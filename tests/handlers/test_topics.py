"""What was talked about is told in groups, to who may read it now, and to nobody else."""

import asyncio
import itertools
import re
from array import array

import pytest

from bot.errors import Refused
from bot.events import Place
from bot.recall import topics
from bot.recall.vectors import kept, unit
from bot.storage.passages import Saying
from bot.storage.vectors import Vector
from tests.fakes.openai import Fault
from tests.fakes.openai_texts import vector
from tests.handlers.desk import ADA, PLACE, desk
from tests.handlers.test_files_in_chat import chore, shown
from tests.handlers.test_recall import BOB, OTHER, SECRET, Membership, invoked, on

DAY = 86_400.0
SUBJECTS = ("heron", "invoice", "kettle")
_ids = itertools.count()


def meaning(text, size):
    """Which subject it is about, and something of its own."""
    about = [2.0 * (subject in text.casefold()) for subject in SUBJECTS]
    return [*about, *(0.2 * one for one in vector(text, size)[len(about) :])]


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.embeds = meaning
        it.services.adapters["slack"] = Membership(C1={ADA.id, BOB.id}, C9={BOB.id})
        yield it


async def said(it, *texts, place=OTHER, at=1.0):
    for text in texts:
        await it.storage.recall.keep(
            "said", place, [Saying(text)], delivery=f"said {next(_ids)}", author=ADA.id, at=at
        )
    await chore(it).work()


async def much(it, place=OTHER):
    for subject in SUBJECTS:
        await said(it, *(f"The {subject} of number {n}" for n in range(6)), place=place)


async def told(it, *, by=ADA, place=PLACE, **values):
    run = invoked("topics", by=by, place=place, id_=str(next(_ids)), **values)
    text, _ = await shown(it, run)
    return text


def heads(text):
    return [line for line in text.splitlines() if line.startswith("**")]


async def test_what_was_said_is_told_in_groups_with_links(it):
    await much(it)
    text = await told(it)
    assert text.startswith("What was talked about here in the last 7 days: 18 passages.")
    assert {head.split()[1].strip(",*") for head in heads(text)} == set(SUBJECTS)
    assert all("(6 passages, 1 January 1970)" in head for head in heads(text))
    assert text.count("\n— 1 January 1970, https://slack.test/C1/2.2") == 9
    assert text.count("> The heron of number") == 3


async def test_nothing_is_paid_for_groups(it):
    await much(it)
    it.openai.calls.clear()
    await told(it)
    assert not it.openai.calls


async def test_as_many_groups_as_are_wanted(it):
    await much(it)
    assert len(heads(await told(it, groups=2))) == 2


async def test_it_is_sorted_under_categories_and_who_asks_pays_for_those(it):
    await much(it)
    await said(it, "Nothing of the sort")
    text = await told(it, by=BOB, categories="Invoice trouble, heron watching")
    assert [head.split(" (")[0] for head in heads(text)] == [
        "**1. Invoice trouble**", "**2. heron watching**", "**3. Something else**",
    ]  # fmt: skip
    assert "(7 passages" in heads(text)[2]
    query = "SELECT DISTINCT author FROM calls WHERE capability = 'embeddings'"
    rows = await it.storage.database.read(lambda db: db.execute(query).fetchall())
    assert set(rows) == {(ADA.id,), (BOB.id,)}


async def test_categories_that_cannot_be_embedded_are_told_with_the_cause(it):
    await much(it)
    it.openai.faults.append(Fault(400))
    with pytest.raises(Exception, match="400") as error:
        await told(it, categories="heron")
    assert error.value.sentence


async def test_what_is_older_or_elsewhere_is_left_out_until_it_is_asked_for(it):
    await said(it, "The heron is old", at=1.0 - 20 * DAY)
    await said(it, "The heron of the kitchen", place=Place("slack", "T1", "C2", "5.5"))
    it.services.adapters["slack"].channels["C2"] = {ADA.id}
    await said(it, "The heron is here")
    assert "old" not in (text := await told(it))
    assert "kitchen" not in text
    assert "old" in await told(it, days=30)
    assert "kitchen" in await told(it, where="everywhere")


async def test_who_may_not_read_it_is_told_nothing_and_the_membership_is_as_of_now(it):
    await said(it, "The heron is a spy", place=SECRET)
    assert "Nothing is kept" in await told(it, where="everywhere")
    assert "spy" in await told(it, by=BOB, where="everywhere")
    it.services.adapters["slack"].channels["C9"] = {ADA.id}
    assert "spy" in await told(it, where="everywhere")
    assert "spy" not in await told(it, by=BOB, where="everywhere")


async def test_what_a_platform_does_not_tell_in_time_is_not_read(it, monkeypatch):
    await said(it, "The heron is a spy")
    monkeypatch.setattr(topics, "PATIENCE", 0.01)

    async def never(*_):
        await asyncio.Event().wait()

    it.services.adapters["slack"].may_read = never
    assert "Recall is off" in await told(it)


async def test_a_workspace_hears_nothing_of_another(it):
    await said(it, "The heron is a spy")
    assert "spy" not in await told(it, place=Place("slack", "T2", "C1", "1.1"), where="everywhere")


async def test_it_is_said_what_to_do_where_there_is_nothing(it):
    assert re.search(r"Recall is off in this channel.*`/recall on`", await told(it))
    await on(it)
    assert "Nothing was said to Parley here in the last 7 days" in await told(it)
    it.openai.faults.append(Fault(400))
    await said(it, "The heron nests")
    assert "1 passage has no vector yet" in await told(it)


async def test_what_was_forgotten_meanwhile_is_not_told(it):
    await said(it, "The heron nests", "The heron sleeps")
    await it.storage.recall.forget(f"said {next(_ids) - 1}")
    assert "sleeps" not in await told(it)


async def test_of_many_passages_a_sample_is_looked_at_and_that_is_said(it, monkeypatch):
    monkeypatch.setattr(topics, "MOST", 10)
    await much(it)
    text = await told(it)
    assert "10 of 18 passages" in text


async def test_of_one_answer_only_one_passage_is_quoted(it):
    ids = await it.storage.recall.keep(
        "said", OTHER, [Saying(f"The heron, part {n}") for n in range(4)], delivery="d", author="a",
        at=1.0,
    )  # fmt: skip
    made_by = it.services.models["embeddings"]
    same = kept(array("f", unit(array("f", [1.0, *[0.0] * 7]))))
    await it.storage.recall.vectors.learn(made_by, [Vector(id_, *same, b"") for id_ in ids])
    text = await told(it)
    assert "(4 passages" in text
    assert text.count("> The heron") == 1


@pytest.mark.parametrize("categories", [",".join(map(str, range(21))), "x" * 201])
async def test_too_many_or_too_long_categories_are_refused(it, categories):
    with pytest.raises(Refused, match="at most 20, with commas between"):
        await told(it, categories=categories)
