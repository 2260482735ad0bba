"""What answers made, for their buttons."""

import os

import msgspec
import pytest

from bot.run import Run
from bot.storage.works import Works
from tests.storage.said import said


class Facts(msgspec.Struct, frozen=True):
    prompt: str


class Others(msgspec.Struct, frozen=True):
    seconds: float


class Nothing(msgspec.Struct, frozen=True):
    """Has no field that must be there."""

    note: str = ""


@pytest.fixture
def works(database, tmp_path):
    return Works(database, tmp_path / "works")


async def test_a_work_is_found_by_its_delivery(works):
    await works.keep(Run(said(), "d1"), Facts("a fox"), {"1.png": b"fox"})
    assert await works.of("d1", Facts) == Facts("a fox")
    assert await works.file("d1", "1.png") == b"fox"
    assert await works.of("d2", Facts) is None
    assert await works.file("d2", "1.png") is None


async def test_a_work_of_another_kind_is_none(works):
    await works.keep(Run(said(), "d1"), Facts("a fox"))
    assert await works.of("d1", Others) is None


async def test_a_forgotten_work_leaves_nothing(works, tmp_path):
    await works.keep(Run(said(), "d1"), Facts("a fox"), {"1.png": b"fox"})
    await works.forget("d1")
    assert await works.of("d1", Facts) is None
    assert list((tmp_path / "works").iterdir()) == []
    await works.forget("d1")


async def test_a_folder_without_a_row_is_forgotten_too_once_it_is_old(works, tmp_path):
    for name, at in (("old", 1_000.0), ("new", 2_000.0), ("kept", 1_000.0)):
        folder = await works.folder(name)
        (folder / "speech.mp3").write_bytes(b"words")
        os.utime(folder, (at, at))
    await works.note(Run(said(), "kept"))
    await works.prune(1_500.0)
    assert sorted(path.name for path in (tmp_path / "works").iterdir()) == ["kept", "new"]


async def test_what_is_noted_is_no_fact_and_takes_none_away(works):
    await works.note(Run(said(), "d1"))
    assert await works.of("d1", Nothing) is None
    await works.keep(Run(said(), "d1"), Facts("a fox"))
    await works.note(Run(said(), "d1"))
    assert await works.of("d1", Facts) == Facts("a fox")


async def test_pruning_before_anything_was_made_is_fine(works):
    await works.prune(1_500.0)


async def test_what_is_old_is_forgotten(works, monkeypatch):
    monkeypatch.setattr("bot.storage.works.time.time", lambda: 1_000.0)
    await works.keep(Run(said(), "old"), Facts("a fox"), {"1.png": b"fox"})
    monkeypatch.setattr("bot.storage.works.time.time", lambda: 2_000.0)
    await works.keep(Run(said(), "new"), Facts("a dog"))
    await works.prune(1_500.0)
    assert await works.of("old", Facts) is None
    assert await works.file("old", "1.png") is None
    assert await works.of("new", Facts) == Facts("a dog")
