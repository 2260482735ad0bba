"""The index of a workspace follows what is stored, by whichever process."""

from array import array

import numpy as np
import pytest

from bot.events import Place
from bot.recall.meaning import Indexes
from bot.recall.vectors import kept, unit
from bot.storage.database import open_database
from bot.storage.passages import Saying, Scope
from bot.storage.recall import Recall
from bot.storage.vectors import Vector

PLACE = Place("slack", "T1", "C1", "1.1")
EVERYWHERE = Scope("slack:T1")
QUERY = unit(array("f", np.random.default_rng(1).standard_normal(128)))


@pytest.fixture
async def recall(tmp_path):
    database = await open_database(tmp_path / "parley.db")
    yield Recall(database)
    await database.close()


async def learn(recall, delivery, *, noise, number=1, place=PLACE, kind="said"):
    """Passages that are the farther from QUERY the more noise there is."""
    random = np.random.default_rng(len(delivery))
    sayings = [Saying(f"{delivery} {n}") for n in range(number)]
    ids = await recall.keep(kind, place, sayings, delivery=delivery, author="ada")
    vectors = [QUERY + noise * random.standard_normal(128) for _ in ids]
    await recall.vectors.learn(
        "m",
        [Vector(id_, *kept(array("f", vector)), b"")
         for id_, vector in zip(ids, vectors, strict=True)],
    )  # fmt: skip
    return ids


async def near(indexes, scope=EVERYWHERE, count=5):
    return [one.id for one in await indexes.near(QUERY, scope, count)]


async def test_the_nearest_come_first_and_new_ones_are_found_at_once(recall):
    indexes = Indexes(recall.vectors, "m")
    far = await learn(recall, "far", noise=1.0, number=5)
    (close,) = await learn(recall, "close", noise=0.05)
    assert (await near(indexes))[0] == close
    (closest,) = await learn(recall, "closest", noise=0.0)
    assert (await near(indexes))[:2] == [closest, close]
    assert set(await near(indexes, count=9)) == {closest, close, *far}


@pytest.mark.parametrize("number", [3, 600])
async def test_what_is_forgotten_is_not_found_and_hides_nothing(recall, number):
    indexes = Indexes(recall.vectors, "m")
    await learn(recall, "near", noise=0.01, number=number)
    far = await learn(recall, "far", noise=0.5, number=5)
    await near(indexes)
    await recall.forget("near")
    assert set(await near(indexes)) == set(far)


async def test_two_workspaces_never_meet(recall):
    indexes = Indexes(recall.vectors, "m")
    await learn(recall, "theirs", noise=0.0, place=Place("slack", "T2", "C1", "1.1"))
    (ours,) = await learn(recall, "ours", noise=1.0)
    assert await near(indexes) == [ours]


async def test_vectors_of_another_model_are_not_compared(recall):
    await learn(recall, "old", noise=0.0)
    assert await near(Indexes(recall.vectors, "new")) == []


async def test_what_moved_to_its_thread_is_found_there(recall):
    indexes = Indexes(recall.vectors, "m")
    channel = Place("slack", "T1", "C1")
    (id_,) = await learn(recall, "d", noise=0.0, place=channel, kind="file")
    here = Scope("slack:T1", PLACE.channel_key, PLACE.key)
    assert await near(indexes, here) == []
    await recall.move("d", PLACE)
    assert await near(indexes, here) == [id_]
    assert await near(indexes) == [id_]
