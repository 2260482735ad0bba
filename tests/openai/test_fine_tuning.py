import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.fine_tuning import FineTuning, JobRequest
from bot.openai.meter import Free
from tests.fakes.openai import Fault

BASE = "gpt-4o-mini-2024-07-18"


@pytest.fixture
def tuning(transport):
    return FineTuning(transport, catalogue.load())


def ask(model=BASE, **facts):
    return JobRequest(model=model, training_file="file-abc123", **facts)


async def test_a_job_is_created_by_the_models_own_method(fake, tuning):
    job = await tuning.create(
        ask(hyperparameters={"n_epochs": 3, "batch_size": "auto"}, suffix="custom", seed=7,
            validation_file="file-v", metadata={"parley": "job 1"}),
        Free(),
    )  # fmt: skip
    assert (job.status, job.model, job.ended) == ("validating_files", BASE, False)
    assert job.error is None
    assert fake.calls[0].body == {
        "model": BASE, "training_file": "file-abc123", "validation_file": "file-v",
        "method": {"type": "supervised",
                   "supervised": {"hyperparameters": {"n_epochs": 3, "batch_size": "auto"}}},
        "suffix": "custom", "seed": 7, "metadata": {"parley": "job 1"},
    }  # fmt: skip


async def test_a_method_can_be_chosen(fake, tuning):
    await tuning.create(ask(method="dpo", hyperparameters={"beta": 0.1}), Free())
    dpo = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}
    assert fake.calls[0].body["method"] == dpo


async def test_a_server_of_2024_gets_hyperparameters_where_they_were(fake, tuning):
    await tuning.create(ask("llama", hyperparameters={"n_epochs": 3}), Free())
    assert fake.calls[0].body == {
        "model": "llama", "training_file": "file-abc123", "hyperparameters": {"n_epochs": 3},
    }  # fmt: skip


async def test_a_job_is_watched_paused_resumed_and_cancelled(tuning):
    job = await tuning.create(ask(), Free())
    assert (await tuning.pause(job.id)).status == "paused"
    assert (await tuning.resume(job.id)).status == "running"
    assert (await tuning.cancel(job.id)).ended
    assert (await tuning.get(job.id)).status == "cancelled"


async def test_events_and_checkpoints_have_their_measures(tuning):
    job = await tuning.create(ask(), Free())
    newest, oldest = (await tuning.events(job.id, limit=20)).data
    assert (newest.type, newest.data["train_loss"]) == ("metrics", 2.1)
    assert oldest.message == "Created fine-tuning job"
    (checkpoint,) = (await tuning.checkpoints(job.id)).data
    assert (checkpoint.step_number, checkpoint.metrics["train_loss"]) == (10, 1.1)


async def test_jobs_are_listed_by_page_and_found_by_what_we_noted(tuning):
    for number in range(3):
        await tuning.create(ask(metadata={"parley": str(number)}), Free())
    page = await tuning.list(limit=2)
    rest = await tuning.list(limit=2, after=page.after)
    assert [job.id for job in (*page.data, *rest.data)] == ["ftjob-2", "ftjob-1", "ftjob-0"]
    (found,) = (await tuning.list(metadata={"parley": "1"})).data
    assert found.id == "ftjob-1"


async def test_a_status_that_is_new_is_kept(fake, tuning):
    body = '{"id": "ftjob-1", "status": "dreaming", "error": {}}'
    fake.faults.append(Fault(200, body=body))
    assert (await tuning.get("ftjob-1")).status == "dreaming"


@pytest.mark.parametrize("verb", ["get", "cancel", "pause", "resume", "events", "checkpoints"])
async def test_a_job_that_is_not_there_is_named(tuning, verb):
    with pytest.raises(errors.NotFound) as caught:
        await getattr(tuning, verb)("../batches")
    assert "no fine-tuning job “../batches”" in caught.value.sentence


async def test_an_organisation_that_may_not_is_told_why(fake, tuning):
    fake.faults.append(Fault(403, "fine_tuning_not_available"))
    with pytest.raises(errors.PermissionDenied) as caught:
        await tuning.create(ask(), Free())
    assert "May 2026" in caught.value.sentence


async def test_a_job_whose_answer_was_lost_is_not_begun_twice(fake, tuning):
    fake.faults.append(Fault(disconnect=True))
    with pytest.raises(errors.AnswerLost, match="ServerDisconnected"):
        await tuning.create(ask(), Free())
    assert len(fake.calls) == 1


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({"model": "gpt-5"}, "gpt-4o-mini"),
        ({"method": "reinforcement"}, "supervised and dpo"),
        ({"suffix": "x" * 65}, "64"),
        ({"hyperparameters": {"n_epochs": 51}}, "1 to 50"),
        ({"hyperparameters": {"n_epochs": "many"}}, "auto"),
        ({"hyperparameters": {"learning_rate_multiplier": 0.01}}, "0.05 to 5"),
        ({"hyperparameters": {"batch_size": -1}}, "a number"),
        ({"metadata": {str(n): "" for n in range(17)}}, "16"),
        ({"metadata": {"k": "x" * 513}}, "512"),
    ],
)
async def test_what_is_not_allowed_is_told_before_it_is_sent(fake, tuning, facts, allowed):
    with pytest.raises(WrongValue, match=allowed):
        await tuning.create(ask(**facts), Free())
    assert fake.calls == []
