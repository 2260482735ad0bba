"""Jobs are asked after until they end, and what happened is said once."""

from contextlib import suppress
from dataclasses import replace

import pytest

from bot.jobs.kinds import KINDS
from bot.jobs.watch import PATIENCE, Watch
from bot.openai.fine_tuning import JobRequest
from bot.spending.payer import Payer
from tests.fakes.openai import Fault
from tests.fakes.openai_resources import NOW
from tests.jobs.office import card, facts, office

BASE = "gpt-4o-mini-2024-07-18"
MONTH = 30 * 86_400.0


async def begun(it, name="parrot"):
    """A job of Ada's that is watched, and its run."""
    run = it.desk.asked("train it")
    request = JobRequest(model=BASE, training_file="file-0")
    job = await it.services.openai.charged_to(Payer.of(run)).fine_tune(request, 1_000_000)
    await it.watch.watch("fine_tune", job.id, run=run, name=name)
    return job.id, run


def metrics(it, id_, *steps, of=100):
    events = it.openai.resources.events[id_]
    for step in steps:
        data = {"step": step, "train_loss": 2 / step, "total_steps": of}
        events.append({
            "id": f"ftevent-{len(events)}", "object": "fine_tuning.job.event", "level": "info",
            "created_at": NOW + step, "message": f"Step {step}/{of}: training loss={2 / step:.2f}",
            "type": "metrics", "data": data,
        })  # fmt: skip


def turn(it, id_, status, **more):
    it.openai.resources.jobs[id_] |= {"status": status, **more}


def done(it, id_, tokens=400_000):
    turn(it, id_, "succeeded", fine_tuned_model=f"ft:{BASE}:acme:parrot:1", trained_tokens=tokens,
         finished_at=NOW + 600)  # fmt: skip


async def test_the_card_follows_the_job_and_one_notice_ends_it(it):
    id_, run = await begun(it)
    await it.look(5)
    assert facts(it.posts[run.id])["Status"] == "The files are being checked"
    turn(it, id_, "running")
    metrics(it, id_, 10, 20, 50)
    await it.look(60)
    shown = it.posts[run.id]
    assert (facts(shown)["Step"], card(shown).progress) == ("50 of 100", 0.5)
    assert facts(shown)["Cost"] == "at most $3.00, held"
    assert [media.name for media in shown.media] == ["loss.png"]
    assert [b.label for b in shown.buttons] == ["Cancel", "Pause", "Events"]
    done(it, id_)
    await it.look(60)
    assert card(it.posts[run.id]).state == "done"
    [end] = it.ends
    assert (end.of, end.author.id, end.place) == ("", run.event.author.id, run.event.place)
    notice = next(p for key, p in it.posts.items() if key != run.id)
    assert card(notice).title == "Fine-tuning parrot: done"
    assert facts(notice)["Model"] == f"ft:{BASE}:acme:parrot:1"
    assert facts(notice)["Cost"] == "$1.20"
    assert "Use here" in [b.label for b in notice.buttons]
    [row] = await it.desk.rows()
    assert row == ("settled", 0, 1_200_000)


async def test_what_is_not_new_is_not_said(it):
    id_, _ = await begun(it)
    turn(it, id_, "running")
    metrics(it, id_, 10)
    for _ in range(5):
        await it.look(200)
    assert len(it.changes) == 1
    metrics(it, id_, 11, 12)
    await it.look(200)
    assert len(it.changes) == 1
    turn(it, id_, "paused")
    await it.look(200)
    turn(it, id_, "running")
    await it.look(200)
    assert len(it.changes) == 3


async def test_a_job_that_fails_says_the_providers_reason(it):
    id_, run = await begun(it)
    reason = {"code": "invalid_training_file", "message": "Line 7 has no answer.", "param": None}
    turn(it, id_, "failed", error=reason)
    await it.look(5)
    assert card(it.posts[run.id]).state == "failed"
    notice = next(p for key, p in it.posts.items() if key != run.id)
    assert card(notice).markdown == "Line 7 has no answer."
    assert facts(notice)["Cost"] == "free"
    assert not any(b.command == "use_tuned" for b in notice.buttons)


async def test_looks_grow_rare_while_nothing_happens_and_frequent_when_something_did(it):
    id_, _ = await begun(it)
    waits = []
    for _ in range(12):
        [job] = await it.services.jobs.under_way()
        waits.append(round(job.next_at - it.now, 1))
        await it.until_due()
    assert waits[:4] == [5, 5, 7.5, 11.2]
    assert waits[-1] == KINDS["fine_tune"].most
    turn(it, id_, "running")
    await it.until_due()
    [job] = await it.services.jobs.under_way()
    assert job.next_at - it.now == KINDS["fine_tune"].least


async def test_looks_are_spread(it):
    await begun(it)
    it.now += 5
    await Watch(it.services, lambda: it.now, lambda _least, most: most).look()
    [job] = await it.services.jobs.under_way()
    assert job.next_at - it.now == pytest.approx(5 * 1.2)


async def test_after_a_month_away_there_is_one_update_and_one_notice(it):
    id_, run = await begun(it)
    await it.look(5)
    turn(it, id_, "running")
    metrics(it, id_, *range(1, 101))
    done(it, id_)
    before = len(it.changes)
    await it.look(MONTH)
    await it.look(MONTH)
    assert (len(it.changes) - before, len(it.ends)) == (1, 1)
    assert facts(it.posts[run.id])["Step"] == "100 of 100"


async def test_a_job_that_the_provider_forgot_is_believed_gone_after_a_while(it):
    id_, _ = await begun(it)
    gone = it.openai.resources.jobs.pop(id_)
    await it.look(5)
    assert it.heard == []
    it.openai.resources.jobs[id_] = gone  # one of its servers was behind
    await it.look(60)
    del it.openai.resources.jobs[id_]
    await it.look(60)
    await it.look(PATIENCE + 60)
    assert "no longer knows parrot" in card(list(it.posts.values())[-1]).title
    await it.look(MONTH)
    assert len(it.ends) == 1
    [row] = await it.desk.rows()
    assert row == ("settled", 1, 3_000_000)  # unknown is not free


async def test_a_provider_that_is_down_is_asked_again(it):
    await begun(it)
    it.openai.faults.extend([Fault(401, "invalid_api_key")])
    await it.look(5)
    assert it.heard == []
    await it.until_due()
    assert len(it.changes) == 1


async def test_one_job_that_nobody_understands_hides_no_other(it):
    odd, _ = await begun(it)
    id_, _ = await begun(it)
    it.openai.resources.events[odd].append({"id": "x", "message": ["not", "text"]})
    it.openai.resources.jobs[odd]["status"] = 7
    done(it, id_)
    await it.look(5)
    assert [event.values["job"] for event in it.ends] == [id_]
    assert [job.id for job in await it.services.jobs.under_way()] == [odd]


async def test_a_server_without_events_is_watched_all_the_same(it):
    id_, run = await begun(it)
    del it.openai.resources.events[id_]
    await it.look(5)
    assert card(it.posts[run.id]).state == "running"


class Killed(BaseException):
    """kill -9, at one of the steps."""


class Dying:
    """Dies at the step with this number, before it or just after it was done."""

    def __init__(self, it, number, *, after):
        self.left = number
        self.after = after
        self._patch(it.services.jobs, "put")
        self._patch(it.services.openai, "ended")
        self._patch(it.services.announce, "accept")

    def _patch(self, thing, name):
        real = getattr(thing, name)

        async def step(*given, **named):
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Killed
            result = await real(*given, **named)
            if self.left == 0:
                raise Killed
            return result

        setattr(thing, name, step)
        self._undo = [*getattr(self, "_undo", []), (thing, name, real)]

    def over(self):
        for thing, name, real in self._undo:
            setattr(thing, name, real)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
async def test_a_kill_at_any_step_loses_nothing_and_repeats_nothing(tmp_path, number, after):
    async with office(tmp_path) as it:
        id_, run = await begun(it)
        await it.look(5)
        metrics(it, id_, 50, 100)
        done(it, id_)
        dying = Dying(it, number, after=after)
        with suppress(Killed):
            await it.look(5)
        dying.over()
        await it.look(MONTH)
        await it.look(MONTH)
        assert len(it.ends) == 1
        assert len(it.changes) == 2
        assert card(it.posts[run.id]).state == "done"
        assert await it.services.jobs.under_way() == []
        assert await it.desk.rows() == [("settled", 0, 1_200_000)]


async def test_what_is_over_budget_goes_on_and_says_so(tmp_path):
    async with office(tmp_path, budget_person_day="3") as it:
        id_, run = await begun(it)
        turn(it, id_, "running")
        await it.look(5)
        assert "Budget" not in facts(it.posts[run.id])
        other = await it.services.ledger.of_jobs([id_])
        assert other[id_].reserved == 3_000_000
        await it.desk.storage.database.write(lambda db: db.execute(
            "UPDATE totals SET spent = 3000000").rowcount)  # fmt: skip
        await it.desk.storage.database.write(lambda db: db.execute(
            "INSERT INTO totals SELECT day, 'day', 'person', author, 'chat', 3000000, 0, 0, 1, 0, "
            "0, 0, 0, 0 FROM calls").rowcount)  # fmt: skip
        turn(it, id_, "paused")
        await it.look(60)
        assert facts(it.posts[run.id])["Budget"].startswith("Used up. The job goes on")


async def test_a_batch_has_a_card_and_an_ending_of_its_own(it, monkeypatch):
    run = it.desk.asked("ask them all")
    id_ = "batch_0"
    it.openai.resources.batches[id_] = {
        "id": id_, "object": "batch", "status": "in_progress", "endpoint": "/v1/chat/completions",
        "created_at": NOW, "expires_at": NOW + 86_400, "input_file_id": "file-0",
        "request_counts": {"total": 200, "completed": 90, "failed": 10}, "errors": None,
    }  # fmt: skip
    await it.watch.watch("batch", id_, run=run, name="questions")
    await it.look(30)
    shown = it.posts[run.id]
    assert (card(shown).progress, facts(shown)["Requests"]) == (0.5, "100 of 200")
    told = []

    async def ended(_services, batch, watched):
        told.append((batch.id, watched.name))
        return
        yield

    monkeypatch.setitem(KINDS, "batch", replace(KINDS["batch"], ended=ended))
    it.openai.resources.batches[id_] |= {"status": "completed", "completed_at": NOW + 900}
    await it.look(60)
    assert told == [(id_, "questions")]
    assert card(list(it.posts.values())[-1]).title == "Batch questions: done"
