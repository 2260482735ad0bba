"""Several processes that share a database, as behind a balancer."""

import asyncio

import pytest

from bot.dispatch import dispatcher
from bot.events import Deleted
from tests.dispatch.house import ADA, Stage, echo, house, message, says, stop
from tests.dispatch.test_dispatcher import Held


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(dispatcher, "HAND_OVER", 0.01)
    monkeypatch.setattr(dispatcher, "LOOK_AGAIN", 0.01)


async def test_what_comes_into_a_thread_waits_for_the_process_that_works_there(tmp_path):
    held, stage = Held(), Stage()
    async with (
        house(tmp_path, says(held), stage=stage) as one,
        house(tmp_path, says(echo), stage=stage) as other,
    ):
        await one.accept(message("first"))
        await stage.until(lambda stage: stage.posts)
        assert await other.accept(message("second")) == "accepted"
        assert await other.accept(message("elsewhere", thread="t2")) == "accepted"
        await stage.until(lambda stage: "elsewhere" in stage.posts.values())
        held.go.set()
        await stage.until(lambda stage: "second… done" in stage.posts.values())
        assert [run.event.text for run in held.begun] == ["first", "second"]
        await one.settled()
        await other.settled()
        assert await one.open_rows() == 0


async def test_an_event_that_reaches_two_processes_is_answered_once(tmp_path):
    stage = Stage()
    async with (
        house(tmp_path, says(echo), stage=stage) as one,
        house(tmp_path, says(echo), stage=stage) as other,
    ):
        taken = await asyncio.gather(*(it.accept(message("hi", id_="m")) for it in (one, other)))
        assert sorted(taken) == ["accepted", "duplicate"]
        await one.settled()
        await other.settled()
        assert stage.posts == {"p0": "hi"}


async def test_a_stop_reaches_the_process_that_answers(tmp_path):
    held, stage = Held(), Stage()
    async with (
        house(tmp_path, says(held), stage=stage) as one,
        house(tmp_path, says(echo), stage=stage) as other,
    ):
        await one.accept(message("long"))
        await stage.until(lambda stage: stage.posts)
        await other.accept(stop(stage.deliveries[0].id))
        await stage.until(lambda stage: stage.posts == {"p0": "long… (person)"})
        await one.settled()


async def test_a_deletion_reaches_the_process_that_answers(tmp_path):
    held, stage = Held(), Stage()
    async with (
        house(tmp_path, says(held), stage=stage) as one,
        house(tmp_path, says(echo), stage=stage) as other,
    ):
        await one.accept(message("secret", id_="m"))
        await stage.until(lambda stage: stage.posts)
        await other.accept(
            Deleted(id="m:gone", message="m", place=message("").place, author=ADA, at=0.0)
        )
        await stage.until(lambda stage: not stage.posts)
        await one.settled()
        assert held.begun[0].stopped == "deleted"


async def test_what_was_handed_to_a_process_that_died_is_answered_by_another(tmp_path):
    held, stage = Held(), Stage()
    async with house(tmp_path, says(echo), stage=stage) as other:
        async with house(tmp_path, says(held), stage=stage) as one:
            await one.accept(message("first"))
            await stage.until(lambda stage: stage.posts)
            one._running.cancel()  # it hears of nothing more
            await other.accept(message("second"))
        await stage.until(lambda stage: "second" in stage.posts.values())
        await other.settled()
        assert stage.posts == {"p0": "first", "p1": "second"}
