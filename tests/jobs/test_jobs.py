"""/jobs: what is under way, and hearing of what others began."""

import pytest

from bot.errors import Refused
from bot.events import Author, Invocation
from bot.openai.errors import NotFound
from bot.run import Run
from tests.fakes.openai import Fault
from tests.handlers.desk import PLACE
from tests.jobs.office import card, facts
from tests.jobs.test_watch import begun, done, turn

BOSS = Author("slack:T1:BOSS", "Boss")


def run(command, id_, **values):
    event = Invocation(id=f"i{id_}", place=PLACE, author=BOSS, at=1.0, command=command,
                       values=values)  # fmt: skip
    return Run(event, id_)


def elsewhere(it, id_="ftjob-9", status="running"):
    it.openai.resources.jobs[id_] = {
        "id": id_, "object": "fine_tuning.job", "status": status, "model": "gpt-4o-mini",
        "created_at": it.now, "training_file": "file-1", "metadata": {"name": "by hand"},
    }  # fmt: skip
    it.openai.resources.events[id_] = []


async def listed(it):
    return (await it.show(run("jobs list", "l"))).text


async def test_all_that_is_under_way_is_listed_with_who_and_what_it_holds(it):
    assert "Nothing that Parley watches" in await listed(it)
    id_, _ = await begun(it)
    elsewhere(it)
    await it.look(5)
    said = await listed(it)
    assert f"- **parrot** (fine-tuning job, `{id_}`): the files are being checked, by Ada" in said
    assert "at most $3.00, held" in said
    assert "`ftjob-9` by hand: training" in said
    done(it, id_)
    await it.look(60)
    assert id_ not in await listed(it)


async def test_a_list_comes_without_the_provider_too(it):
    await begun(it)
    it.openai.faults.append(Fault(401, "invalid_api_key"))
    said = await listed(it)
    assert "**parrot**" in said
    assert "What was begun elsewhere is not to be seen" in said


async def test_a_job_begun_elsewhere_is_watched_where_somebody_asked(it):
    elsewhere(it)
    shown = await it.show(run("jobs watch", "w1", id="ftjob-9"))
    assert card(shown).title == "Fine-tuning by hand"
    assert facts(shown)["Cost"] == "not booked here"
    turn(it, "ftjob-9", "succeeded", fine_tuned_model="ft:x")
    await it.look(10_000_000)
    assert card(it.posts["w1"]).state == "done"
    [end] = it.ends
    assert (end.author, end.place) == (BOSS, PLACE)


async def test_a_job_is_watched_once_and_can_be_watched_again_when_that_was_ended(it):
    elsewhere(it)
    await it.show(run("jobs watch", "w1", id="ftjob-9"))
    with pytest.raises(Refused) as refused:
        await it.show(run("jobs watch", "w2", id="ftjob-9"))
    assert "already, for Boss" in refused.value.sentence
    await it.show(run("jobs unwatch", "u1", id="ftjob-9"))
    assert await it.services.jobs.under_way() == []
    await it.show(run("jobs watch", "w3", id="ftjob-9"))
    assert [job.delivery for job in await it.services.jobs.under_way()] == ["w3"]


async def test_what_has_ended_is_shown_and_not_watched(it):
    elsewhere(it, status="cancelled")
    shown = await it.show(run("jobs watch", "w1", id="ftjob-9"))
    assert "has ended already: cancelled" in shown.text
    assert await it.services.jobs.under_way() == []


@pytest.mark.parametrize(("id_", "said"), [
    ("file-1", "is the id of a file"),
    ("ft:gpt-4o-mini:acme::1", "is the id of a model"),
    ("hello", "is no id of a job"),
])  # fmt: skip
async def test_ids_of_other_kinds_are_refused(it, id_, said):
    with pytest.raises(Refused) as refused:
        await it.show(run("jobs watch", "w1", id=id_))
    assert said in refused.value.sentence


@pytest.mark.parametrize("id_", ["ftjob-of-others", "batch_of_others"])
async def test_a_job_of_another_organisation_is_not_there(it, id_):
    with pytest.raises(NotFound) as refused:
        await it.show(run("jobs watch", "w1", id=id_))
    assert f"has no {'batch' if id_[0] == 'b' else 'fine-tuning job'} “{id_}”" in (
        refused.value.sentence
    )


async def test_what_holds_money_is_watched_to_its_end(it):
    id_, _ = await begun(it)
    with pytest.raises(Refused) as refused:
        await it.show(run("jobs unwatch", "u1", id=id_))
    assert "booked only when Parley sees its end" in refused.value.sentence


async def test_what_nobody_watches_any_more_says_nothing(it):
    elsewhere(it)
    await it.show(run("jobs watch", "w1", id="ftjob-9"))
    await it.services.jobs.forget("ftjob-9")
    shown = await it.show(run("job_card", "x", job="ftjob-9"))
    assert not shown.visible
    shown = await it.show(run("job_ended", "y", job="ftjob-9"))
    assert not shown.visible


async def test_ids_are_suggested_by_name(it):
    elsewhere(it)
    await begun(it)
    commands = it.services.commands
    for command, text, value in (
        ("jobs watch", "hand", "ftjob-9"), ("jobs unwatch", "parr", "ftjob-1"),
    ):  # fmt: skip
        [option] = commands[command].options
        found = await option.suggest(type("T", (), {"text": text}))
        assert [choice.value for choice in found] == [value]


async def test_the_watch_is_one_processs_work_and_old_jobs_are_forgotten(it):
    assert {"watch jobs", "forget jobs"} <= {chore.name for chore in it.services.chores}
    id_, _ = await begun(it)
    done(it, id_)
    await it.look(5)
    it.now += 31 * 86_400
    await it.watch.prune()
    assert await it.services.jobs.get(id_) is None
