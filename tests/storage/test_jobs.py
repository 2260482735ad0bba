"""Jobs that are watched, as they are kept."""

import pytest
from msgspec.structs import replace

from bot.events import Author, Place
from bot.storage.jobs import Jobs, Watched

JOB = Watched(
    id="ftjob-1", kind="fine_tune", name="parrot", place=Place("slack", "T1", "C1", "7"),
    author=Author("slack:T1:U1", "Ada", ("slack:T1:S1",)), delivery="d1", began=10.0,
    next_at=15.0, pause=5.0,
)  # fmt: skip


@pytest.fixture
def jobs(database):
    return Jobs(database)


async def test_a_job_is_kept_as_it_is_with_its_place_and_who_asked(jobs):
    await jobs.add(JOB)
    assert await jobs.get("ftjob-1") == await jobs.of_delivery("d1") == JOB
    assert await jobs.get("ftjob-2") is None


async def test_the_first_watch_of_a_job_stays_until_it_has_ended(jobs):
    await jobs.add(JOB)
    other = replace(JOB, delivery="d2")
    await jobs.add(other)
    assert (await jobs.get("ftjob-1")).delivery == "d1"
    await jobs.put(replace(JOB, ended=20.0))
    await jobs.add(other)
    assert await jobs.get("ftjob-1") == other


async def test_those_that_are_due_come_in_their_order_and_no_others(jobs):
    for id_, next_at in (("b", 2.0), ("a", 1.0), ("later", 9.0), ("over", 0.0)):
        await jobs.add(replace(JOB, id=id_, next_at=next_at))
    await jobs.put(replace(JOB, id="over", ended=1.0))
    assert [job.id for job in await jobs.due(5.0, 10)] == ["a", "b"]
    assert [job.id for job in await jobs.due(5.0, 1)] == ["a"]
    await jobs.hurry("later", 3.0, 5.0)
    assert [job.id for job in await jobs.due(5.0, 10)] == ["a", "b", "later"]


async def test_what_is_not_watched_any_more_is_not_written_again(jobs):
    await jobs.add(JOB)
    await jobs.forget("ftjob-1")
    await jobs.put(replace(JOB, said="running:3"))
    assert await jobs.get("ftjob-1") is None


async def test_those_that_ended_long_ago_are_forgotten(jobs):
    await jobs.add(JOB)
    await jobs.put(replace(JOB, ended=20.0))
    await jobs.add(replace(JOB, id="running"))
    await jobs.prune(20.0)
    assert await jobs.get("ftjob-1")
    await jobs.prune(21.0)
    assert [await jobs.get("ftjob-1"), (await jobs.get("running")).id] == [None, "running"]
