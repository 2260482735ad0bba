"""A fine-tune from its file to its job, which is created once."""

import json
import time
from contextlib import aclosing, suppress
from functools import partial

import pytest

from bot.dispatch.once import once
from bot.errors import Refused
from bot.events import Attachment, Author, Invocation
from bot.jobs.saying import Shown
from bot.openai.errors import NotFound
from bot.parts import Withdraw
from bot.run import Run
from tests.fakes.openai import Fault
from tests.fakes.openai_answer import cut
from tests.handlers.desk import PLACE
from tests.jobs.office import card, facts, office

BASE = "gpt-4o-mini-2024-07-18"
BOSS = Author("slack:T1:BOSS", "Boss")
GOOD = b"".join(
    json.dumps({"messages": [{"role": "user", "content": f"{n} and 1?"},
                             {"role": "assistant", "content": f"{n + 1}"}]}).encode() + b"\n"
    for n in range(12)
)  # fmt: skip
FILE = Attachment("F1", "sums.jsonl", "application/jsonl", len(GOOD))


@pytest.fixture
async def it(tmp_path):
    async with office(tmp_path) as it:
        it.offered, it.now = {"F1": GOOD}, time.time()
        yield it


def run_of(it, command, id_, *, by="slash", of="", **values):
    event = Invocation(id=f"i{id_}", place=PLACE, author=BOSS, at=1.0, by=by, of=of,
                       command=command, values=values)  # fmt: skip
    run = Run(event, id_)

    async def open_(attachment):
        yield it.offered[attachment.reference]

    run.open = open_
    run.once = partial(once, it.desk.storage.steps, id_)
    return run


async def asked(it, id_="q1", **values):
    values = {"model": BASE, "training": FILE} | values
    await it.show(run_of(it, "finetune create", id_, **values))
    return it.posts[id_]


async def pressed(it, command, of="q1", id_="p1", **values):
    return await it.show(run_of(it, command, id_, by="button", of=of, **values))


def created(it):
    return [c for c in it.openai.calls if (c.method, c.path) == ("POST", "/v1/fine_tuning/jobs")]


def uploads(it):
    return [c for c in it.openai.calls if (c.method, c.path) == ("POST", "/v1/files")]


async def test_a_quote_comes_first_and_nothing_has_begun(it):
    shown = facts(await asked(it, epochs=4, suffix="sums"))
    assert shown["Training"].startswith("sums.jsonl: 12 examples, ")
    tokens = int(shown["Trained on"].split()[0])
    assert shown["Cost"] == f"${tokens * 3 / 1_000_000:.6f}".rstrip("0")
    assert shown["Epochs"] == "4"
    assert [b.label for b in it.posts["q1"].buttons] == ["Begin", "Settings", "Discard"]
    assert (created(it), uploads(it)) == ([], [])


async def test_where_the_provider_chooses_the_epochs_the_quote_is_an_estimate(it):
    shown = facts(await asked(it))
    assert shown["Epochs"] == "the provider chooses, about 9"
    assert shown["Cost"].startswith("about $")


async def test_what_is_wrong_with_the_file_is_said_by_line(it):
    bad = GOOD + b'{"messages": [{"role": "user", "content": "hello"}]}\n' + b'{"messages": [\n'
    it.offered["F1"] = bad
    shown = await asked(it)
    assert (card(shown).state, facts(shown)["Lines"]) == ("failed", "14")
    assert "Line 13: It has no answer" in card(shown).markdown
    assert "Line 14" in card(shown).markdown
    assert shown.buttons == ()
    with pytest.raises(Refused):
        await pressed(it, "begin_tuning")


async def test_begin_uploads_creates_watches_and_shows_the_card_in_the_same_message(it):
    await asked(it, epochs=2, suffix="sums", seed=7, learning_rate=0.5)
    await pressed(it, "begin_tuning")
    [call], [upload] = created(it), uploads(it)
    assert call.body["metadata"] == {"parley": "q1", "name": "sums"}
    assert call.body["method"]["supervised"]["hyperparameters"] == {
        "n_epochs": 2, "learning_rate_multiplier": 0.5,
    }  # fmt: skip
    assert '"n_epochs":2.0' not in json.dumps(call.body, separators=(",", ":"))  # a whole number
    assert (call.body["seed"], call.body["suffix"]) == (7, "sums")
    assert upload.files[0].content == GOOD
    assert card(it.posts["q1"]).title == "Fine-tuning sums"
    [job] = await it.services.jobs.under_way()
    assert (job.delivery, job.author, job.name) == ("q1", BOSS, "sums")
    folder = await it.services.works.folder("q1")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    await it.look(30)
    assert facts(it.posts["q1"])["Status"] == "The files are being checked"


async def test_however_often_it_is_pressed_one_job_is_created(it):
    await asked(it)
    await pressed(it, "begin_tuning", id_="p1")
    await pressed(it, "begin_tuning", id_="p2")
    assert (len(created(it)), len(uploads(it))) == (1, 1)
    assert card(it.posts["q1"]).title == "Fine-tuning sums"


@pytest.mark.parametrize("path", ["/v1/files", "/v1/fine_tuning/jobs"])
async def test_where_the_answer_was_lost_what_was_made_is_found(it, path):
    await asked(it)

    async def lose(request):
        if (request.method, request.path) == ("POST", path):
            it.openai.before = None
            cut(request)  # and it is made all the same

    it.openai.before = lose
    await pressed(it, "begin_tuning")
    assert len(it.openai.resources.jobs) == 1
    assert len(it.openai.resources.files) == 1
    assert len(await it.services.jobs.under_way()) == 1


LOOKED, UPLOADED = [None, None], [None]  # the calls before the job is created


async def test_where_nobody_knows_whether_it_was_made_nothing_is_made_again(it):
    await asked(it)
    it.openai.faults.extend([*LOOKED, *UPLOADED, Fault(disconnect=True)])
    shown = await pressed(it, "begin_tuning")
    assert "do not know whether the fine-tuning job was made" in shown.notices[0].text
    assert [b.label for b in shown.buttons] == ["Begin", "Settings", "Discard"]
    assert len(created(it)) == 1
    assert it.openai.resources.jobs == {}


class Killed(BaseException):
    """kill -9."""


@pytest.mark.parametrize("number", range(1, 8))
async def test_a_kill_between_any_two_steps_creates_nothing_twice(it, number):
    await asked(it)
    left = number
    steps = [
        (it.desk.storage.steps, "put"), (it.services.jobs, "add"), (it.services.works, "keep"),
        (it.services.openai.files, "create"), (it.services.openai.fine_tuning, "create"),
    ]  # fmt: skip
    real = [getattr(thing, name) for thing, name in steps]

    def dying(call):
        async def step(*given, **named):
            nonlocal left
            result = await call(*given, **named)
            left -= 1
            if left == 0:
                raise Killed
            return result

        return step

    for (thing, name), call in zip(steps, real, strict=True):
        setattr(thing, name, dying(call))
    with suppress(Killed):
        await pressed(it, "begin_tuning")
    for (thing, name), call in zip(steps, real, strict=True):
        setattr(thing, name, call)
    await pressed(it, "begin_tuning")  # the next process, with the same run
    assert len(it.openai.resources.jobs) == len(it.openai.resources.files) == 1
    assert await it.services.works.of("q1", Shown) == Shown("ftjob-0")
    [job] = await it.services.jobs.under_way()
    assert job.id == "ftjob-0"


async def test_the_settings_change_the_quote(it):
    before = facts(await asked(it, epochs=2))
    await pressed(it, "tuning_settings", method="supervised", epochs=4, batch_size=3)
    after = facts(it.posts["q1"])
    assert (before["Epochs"], after["Epochs"]) == ("2", "4")
    assert after["Settings"] == "batch size 3"
    await pressed(it, "begin_tuning", id_="p2")
    assert created(it)[0].body["method"]["supervised"]["hyperparameters"] == {
        "n_epochs": 4, "batch_size": 3,
    }  # fmt: skip


async def test_a_discarded_quote_leaves_nothing(it):
    await asked(it)
    run = run_of(it, "discard_tuning", "p1", by="button", of="q1")
    async with aclosing(it.desk.reply(run)) as parts:
        assert [part async for part in parts] == [Withdraw()]
    with pytest.raises(Refused):
        await pressed(it, "begin_tuning", id_="p2")


async def test_files_that_the_provider_has_are_checked_and_not_sent_again(it):
    for id_, name in (("file-a", "train.jsonl"), ("file-b", "valid.jsonl")):
        it.openai.resources.files[id_] = {
            "id": id_, "object": "file", "bytes": len(GOOD), "created_at": 1, "filename": name,
            "purpose": "fine-tune", "status": "processed",
        }  # fmt: skip
        it.openai.resources.contents[id_] = GOOD
    await it.show(run_of(it, "finetune create", "q1", model=BASE, training_id="file-a",
                         validation_id="file-b"))  # fmt: skip
    assert facts(it.posts["q1"])["Validation"].startswith("valid.jsonl: 12 examples")
    await pressed(it, "begin_tuning")
    body = created(it)[0].body
    assert (body["training_file"], body["validation_file"]) == ("file-a", "file-b")
    assert uploads(it) == []


async def test_ids_of_the_wrong_kind_are_told_apart(it):
    it.openai.resources.files["file-x"] = {
        "id": "file-x", "filename": "in.jsonl", "purpose": "batch", "bytes": 1, "object": "file",
    }  # fmt: skip
    for id_, said, kind in (
        ("ftjob-1", "is no file", Refused),
        ("file-x", "was uploaded for `batch`", Refused),
        ("file-gone", "no file “file-gone”", NotFound),
    ):
        with pytest.raises(kind) as refused:
            await it.show(run_of(it, "finetune create", f"q{id_}", model=BASE, training_id=id_))
        assert said in refused.value.sentence


async def test_a_model_that_cannot_be_tuned_is_refused_with_those_that_can(it):
    with pytest.raises(Refused) as refused:
        await asked(it, model="gpt-6-luna")
    assert "cannot be fine-tuned" in refused.value.sentence
    assert "gpt-4o-mini" in refused.value.sentence


@pytest.mark.parametrize(("wrong", "said"), [
    ({"suffix": "x" * 65}, "64 characters at most"),
    ({"beta": 0.5}, "`beta` is for `dpo`"),
    ({"method": "dpo", "model": "gpt-4"}, "cannot be fine-tuned"),
])  # fmt: skip
async def test_what_no_job_takes_is_refused_before_anything_is_read(it, wrong, said):
    with pytest.raises(Refused) as refused:
        await asked(it, **wrong)
    assert said in refused.value.sentence
    assert it.openai.calls == []


async def test_a_grader_is_asked_for_and_read(it):
    with pytest.raises(Refused) as refused:
        await asked(it, model="o4-mini-2025-04-16", method="reinforcement")
    assert "needs a `grader`" in refused.value.sentence
    with pytest.raises(Refused) as refused:
        await asked(it, model="o4-mini-2025-04-16", method="reinforcement", grader="{")
    assert "no JSON" in refused.value.sentence


async def test_an_account_that_may_not_fine_tune_is_told_so_plainly(it):
    await asked(it)

    it.openai.faults.extend([*LOOKED, *UPLOADED, Fault(403, "permission_denied")])
    shown = await pressed(it, "begin_tuning")
    assert "has closed fine-tuning" in shown.notices[0].text
    assert await it.services.jobs.under_way() == []


async def test_a_fine_tune_beyond_the_budget_is_not_begun(tmp_path):
    async with office(tmp_path, budget_person_day="0.000001") as it:
        it.offered = {"F1": GOOD}
        await asked(it)
        shown = await pressed(it, "begin_tuning")
        assert "budget" in shown.notices[0].text or "$" in shown.notices[0].text
        assert created(it) == []
        assert await it.services.works.of("q1", Shown) is None


async def begun(it):
    await asked(it, suffix="sums")
    await pressed(it, "begin_tuning")
    return it.openai.resources.jobs["ftjob-0"]


async def test_the_cards_buttons_turn_the_job_and_say_what_it_does_now(it):
    job = await begun(it)
    job["status"] = "running"
    await pressed(it, "pause_tuning", id_="p2")
    assert job["status"] == "paused"
    assert [b.label for b in it.posts["q1"].buttons] == ["Cancel", "Resume", "Events"]
    await pressed(it, "resume_tuning", id_="p3")
    assert facts(it.posts["q1"])["Status"] == "Training"
    await pressed(it, "cancel_tuning", id_="p4")
    assert job["status"] == "cancelled"
    await it.look(30)
    [end] = it.ends
    assert end.values == {"job": "ftjob-0"}


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
async def test_what_is_finished_cannot_be_turned(it, verb):
    job = await begun(it)
    job["status"] = "succeeded"
    shown = await it.show(run_of(it, f"finetune {verb}", "s1", job="ftjob-0"))
    assert shown.notices[0].text == f"There is nothing to {verb}. The job: done."
    assert job["status"] == "succeeded"
    assert card(shown).state == "done"


async def test_show_events_checkpoints_and_list(it):
    job = await begun(it)
    job |= {"status": "succeeded", "fine_tuned_model": "ft:x:sums"}
    shown = await it.show(run_of(it, "finetune show", "s1", job="ftjob-0"))
    assert facts(shown)["Loss"] == "2.1 training"
    assert [b.label for b in shown.buttons] == ["Use here", "Checkpoints", "Events"]
    said = (await it.show(run_of(it, "finetune events", "s2", job="ftjob-0"))).text
    assert "Step 1/10: training loss=2.10" in said
    said = (await it.show(run_of(it, "finetune checkpoints", "s3", job="ftjob-0"))).text
    assert ":ckpt-step-10` train loss 1.1" in said
    said = (await it.show(run_of(it, "finetune list", "s4"))).text
    assert "- **sums** (`ftjob-0`): done" in said
    events = await pressed(it, "tuning_events", of="s1", id_="p5")
    assert "Created fine-tuning job" in events.text


async def test_a_jobs_model_becomes_the_channels_chat_model(it):
    job = await begun(it)
    with pytest.raises(Refused):
        await it.show(run_of(it, "finetune use", "s0", model="ftjob-0"))
    job |= {"status": "succeeded", "fine_tuned_model": "ft:x:sums"}
    it.openai.models.append("ft:x:sums")
    await it.look(30)
    notice = next(key for key in it.posts if key != "q1")
    await pressed(it, "use_tuned", of=notice, id_="p5")
    assert (await it.services.preferences.of(PLACE.channel_key))["model"] == "ft:x:sums"
    with pytest.raises(NotFound):
        await it.show(run_of(it, "finetune use", "s1", model="ft:x:other"))


async def test_ids_are_suggested_by_name(it):
    job = await begun(it)
    job |= {"status": "succeeded", "fine_tuned_model": "ft:x:sums"}
    commands = it.services.commands
    for command, option, text, value in (
        ("finetune create", "model", "4O-mini", "gpt-4o-mini"),
        ("finetune create", "training_id", "sums", "file-0"),
        ("finetune show", "job", "sum", "ftjob-0"),
        ("finetune use", "model", "sum", "ft:x:sums"),
    ):
        suggest = next(o for o in commands[command].options if o.name == option).suggest
        typing = type("T", (), {"text": text})
        assert value in [choice.value for choice in await suggest(typing)]
        assert await suggest(type("T", (), {"text": "zebra"})) == []


async def test_all_of_it_is_for_admins(it):
    names = [n for n in it.services.commands if n.startswith("finetune") or "tun" in n]
    assert len(names) >= 17
    assert {it.services.commands[name].access for name in names} == {"admin"}
