"""What is forgotten is in no table and in no byte of the files."""

import msgspec
import pytest

from bot.events import Place
from bot.run import Run
from bot.storage.memory import Turn
from bot.storage.store import open_storage
from tests.storage.said import said

PLACE = Place("slack", "T1", "C1", "7")
SECRET = "marzipan-4711"


class Facts(msgspec.Struct):
    prompt: str


@pytest.fixture
async def storage(path):
    storage = await open_storage(path)
    yield storage
    await storage.close()


async def say(storage, delivery, text=SECRET, *, author="slack:T1:U1", place=PLACE, at=1.0):
    asked = Turn("user", text, 3, delivery, author, at)
    turns = (asked, Turn("assistant", text, 3, delivery, at=at))
    await storage.memory.remember(place, turns)


def traces(path, words=SECRET):
    """The files in which it stands."""
    files = [p for p in path.parent.rglob("*") if p.is_file()]
    return [p.name for p in files if words.encode() in p.read_bytes()]


async def test_of_what_is_forgotten_no_byte_is_left(storage, path):
    await say(storage, "d1")
    await storage.memory.offer("d1", [SECRET, SECRET])
    await storage.works.keep(Run(said(), "d1"), Facts(SECRET), {"a": SECRET.encode()})
    await storage.works.keep(Run(said(), "d1.1"), Facts(SECRET), {"b": SECRET.encode()})
    await say(storage, "d1.1")
    await storage.steps.put("d1", "step", SECRET)
    spoken = await storage.works.folder("d1.2")  # of which there are no facts
    (spoken / "speech").write_text(SECRET)
    assert traces(path)
    await storage.forgetting.forget("d1")
    await storage.forgetting.finish()
    assert not traces(path)


async def test_a_neighbour_with_a_similar_name_stays(storage):
    await say(storage, "d1")
    await say(storage, "d12")
    await storage.forgetting.forget("d1")
    assert {turn.delivery for turn in await storage.memory.recent(PLACE, 9)} == {"d12"}


async def test_a_summary_of_it_is_emptied(storage, path):
    for number in range(4):
        await say(storage, f"d{number}", f"{SECRET} {number} " * 50)
    await storage.summaries.want(PLACE.key, 10, b"{}")
    (due,) = await storage.summaries.due()
    block = await storage.summaries.next(due, 10_000)
    assert await storage.summaries.keep(block, f"They spoke of {SECRET}.", 5)
    for number in range(4):
        await storage.forgetting.forget(f"d{number}")
    await storage.forgetting.finish()
    assert not traces(path)


async def test_what_an_empty_thread_said_is_not_read_anew_from_the_platform(storage):
    await say(storage, "d1")
    assert not (await storage.memory.recall(PLACE)).anew
    await storage.forgetting.forget("d1")
    assert (await storage.memory.recall(PLACE)).anew


async def test_a_person_has_all_places_and_a_thread_all_people(storage):
    elsewhere = Place("slack", "T1", "C2", "8")
    await say(storage, "d1")
    await say(storage, "d2", author="slack:T1:U2")
    await say(storage, "d3", place=elsewhere)
    mine = await storage.forgetting.person("slack:T1:U1")
    assert {(one.delivery, one.place) for one in mine} == {("d1", PLACE.key), ("d3", elsewhere.key)}
    there = await storage.forgetting.thread(PLACE.key)
    assert {(one.delivery, one.author) for one in there} == {
        ("d1", "slack:T1:U1"), ("d2", "slack:T1:U2"),
    }  # fmt: skip


async def test_what_is_older_is_found_by_channel_behind_an_edited_one_too(storage):
    await say(storage, "d1", at=90.0)  # edited since
    await say(storage, "d2", at=10.0)
    await say(storage, "d3", at=90.0)
    await say(storage, "d4", place=Place("slack", "T1", "C12", "7"), at=10.0)
    older = await storage.forgetting.older(PLACE.channel_key, 50.0)
    assert [one.delivery for one in older] == ["d2"]
    assert await storage.forgetting.channels() == ["slack:T1:C1", "slack:T1:C12"]


async def test_a_message_is_found_by_itself_and_by_its_answer_in_its_channel_alone(storage):
    taken = await storage.inbox.accept(said("m1"))
    await say(storage, taken.delivery)
    await storage.outbox.landed(taken.delivery, "0", "99.9")
    at = storage.forgetting.at
    assert await at(PLACE, "m1", "") == taken.delivery
    assert await at(PLACE, "?", "99.9") == taken.delivery
    assert await at(Place("slack", "T1", "C2", "7"), "m1", "99.9") == ""
    assert await at(PLACE, "?", "?") == ""


async def test_what_a_person_chose_goes_and_that_of_others_stays(storage, path):
    for author in ("slack:T1:U1", "slack:T1:U2"):
        await storage.preferences.put(author, "system", SECRET)
        await storage.pins.add(PLACE.key, SECRET, author)
        await storage.feedback.put("d1", author, good=True)
    await storage.forgetting.forget_person("slack:T1:U1")
    assert await storage.preferences.of("slack:T1:U1") == {}
    assert [pin.author for pin in await storage.pins.of(PLACE)] == ["slack:T1:U2"]
    assert traces(path)
