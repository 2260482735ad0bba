"""What is kept to be found again, and what is left of it once it is forgotten: nothing."""

import sqlite3
from array import array

import pytest

from bot.events import Place
from bot.recall.vectors import kept
from bot.storage.cache import Cache
from bot.storage.memory import Memory, Turn
from bot.storage.passages import Saying, Scope
from bot.storage.preferences import Preferences
from bot.storage.recall import Recall
from bot.storage.vectors import Vector

PLACE = Place("slack", "T1", "C1", "1.1")
OTHER = Place("slack", "T1", "C1", "2.2")
ELSEWHERE = Place("slack", "T2", "C1", "1.1")
SECRET = "xylophone"


@pytest.fixture
def recall(database):
    return Recall(database)


async def keep(recall, text, place=PLACE, *, kind="said", delivery="d1", author="ada", title=""):
    return await recall.keep(
        kind, place, [Saying(text)], delivery=delivery, author=author, title=title
    )


async def learn(recall, ids, cached=b"k"):
    vector = kept(array("f", [1.0] * 64))
    await recall.vectors.learn("m", [Vector(id_, *vector, cached) for id_ in ids])


async def test_words_are_found_in_any_form_and_stop_words_are_not(recall):
    ids = await keep(recall, "We have decided on the blue whales")
    everywhere = Scope("slack:T1")
    assert await recall.worded("What did we decide about a WHALE?", everywhere, 9) == ids
    assert await recall.worded("what did we have on the", everywhere, 9) == []
    assert await recall.worded('"); DROP * NEAR(', everywhere, 9) == []


async def test_two_workspaces_never_meet(recall):
    await keep(recall, "whales", ELSEWHERE)
    assert await recall.worded("whales", Scope("slack:T1"), 9) == []
    assert not await recall.anything(Scope("slack:T1"))


async def test_a_thread_has_its_own_files_its_channels_knowledge_and_what_was_said_beside_it(
    recall,
):
    own = await keep(recall, "whales own", kind="file", title="a")
    await keep(recall, "whales other", OTHER, kind="file", title="a", delivery="d2")
    known = await keep(recall, "whales known", OTHER, kind="knowledge", title="b", delivery="d3")
    await keep(recall, "whales said here", delivery="d4")
    said = await keep(recall, "whales said", OTHER, delivery="d5")
    scope = Scope("slack:T1", PLACE.channel_key, PLACE.key)
    assert set(await recall.worded("whales", scope, 9)) == {*own, *known}
    assert set(await recall.worded("whales", scope._replace(said=True), 9)) == {*own, *known, *said}


async def test_what_may_not_be_read_hides_nothing_of_what_may(recall):
    for number in range(50):
        await keep(recall, "whales whales", OTHER, delivery=f"x{number}")
    ids = await keep(recall, "one of the whales among other animals")
    scope = Scope("slack:T1", unread=frozenset({OTHER.key}))
    assert await recall.worded("whales", scope, 1) == ids


async def test_the_same_again_makes_way(recall):
    await keep(recall, "old words")
    ids = await keep(recall, "new words")
    assert await recall.worded("words", Scope("slack:T1"), 9) == ids
    assert [found.text for found in await recall.these(ids)] == ["new words"]


async def test_what_was_said_in_a_channel_moves_with_its_thread(recall):
    ids = await keep(recall, "whales", Place("slack", "T1", "C1"))
    await recall.move("d1", PLACE)
    assert [found.place for found in await recall.these(ids)] == [PLACE.key]


async def test_turns_come_to_the_index_where_recall_is_on_anywhere(database, recall):
    memory, preferences = Memory(database), Preferences(database)
    await memory.remember(PLACE, [Turn("user", "before", 1, "d0", "ada")])
    assert await recall.unrecalled.next(9) == []
    await preferences.put(PLACE.channel_key, "recall", "on")
    await recall.unrecalled.catch_up(PLACE.channel_key)
    await memory.remember(PLACE, [Turn("user", "hello", 1, "d1", "ada", 5.0)])
    await memory.remember(PLACE, [Turn("assistant", "hi", 1, "d1")])
    old, new = await recall.unrecalled.next(9)
    assert (old.delivery, new.delivery, new.texts) == ("d0", "d1", ["hello", "hi"])
    assert (new.place, new.author, new.at) == (PLACE.key, "ada", 5.0)


async def test_what_changes_while_it_is_looked_at_is_looked_at_again(database, recall):
    memory = Memory(database)
    await Preferences(database).put(PLACE.channel_key, "recall", "on")
    await memory.remember(PLACE, [Turn("user", "hello", 1, "d1", "ada")])
    (seen,) = await recall.unrecalled.next(9)
    await memory.rewrite("d1", "another answer", 1)
    await recall.unrecalled.done([seen.number])
    (again,) = await recall.unrecalled.next(9)
    assert again.texts == ["hello", "another answer"]
    await recall.unrecalled.done([again.number])
    await memory.forget("d1")
    (gone,) = await recall.unrecalled.next(9)
    assert (gone.delivery, gone.place) == ("d1", "")


@pytest.mark.parametrize(
    "forget",
    [
        lambda recall: recall.forget("d1"),
        lambda recall: recall.forget_thread(PLACE.key),
        lambda recall: recall.forget_author("ada"),
        lambda recall: recall.forget_channel(PLACE.channel_key),
    ],
)
async def test_what_is_forgotten_is_in_no_byte_of_the_database(database, recall, path, forget):
    """Whatever was said around it, before and after."""
    for number in range(40):
        await keep(recall, f"before {number} " + "a b c d " * 90, OTHER, delivery=f"x{number}",
                   author="bob")  # fmt: skip
    ids = await keep(recall, f"the {SECRET} plan")
    await Cache(database).put({b"k" * 32: b"\x07\x06\x05" * 50})
    await learn(recall, ids, b"k" * 32)
    for number in range(40):
        await keep(recall, f"later {number}", ELSEWHERE, delivery=f"y{number}", author="bob")
    assert SECRET.encode() in everything(path)
    await forget(recall)
    found = everything(path)
    assert SECRET.encode() not in found
    assert b"xylophon" not in found  # its stem
    assert b"\x07\x06\x05" * 3 not in found
    assert len(await recall.worded("later", Scope("slack:T2"), 99)) == 40


def everything(path):
    """The bytes of the database, once its log is written back and cut."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return b"".join(file.read_bytes() for file in path.parent.glob("parley.db*"))


async def test_a_passage_that_is_forgotten_while_it_is_embedded_stays_forgotten(database, recall):
    ids = await keep(recall, "whales")
    await recall.forget("d1")
    await learn(recall, ids)
    assert await recall.vectors.of(ids) == {}
    assert await recall.vectors.look("slack:T1", "m", lambda moment: moment.signs(0)) == []


async def test_passages_of_another_model_wait_for_their_vectors(recall):
    ids = await keep(recall, "whales")
    assert [one.id for one in await recall.vectors.waiting("m", 0.0, 9)] == ids
    await learn(recall, ids)
    assert await recall.vectors.waiting("m", 0.0, 9) == []
    assert [one.id for one in await recall.vectors.waiting("new", 0.0, 9)] == ids
    await recall.vectors.wait(ids, 60.0)
    assert await recall.vectors.waiting("new", 59.0, 9) == []
