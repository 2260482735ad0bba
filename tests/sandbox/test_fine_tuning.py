"""Fine-tuning: the file is checked, a stand-in is truly trained, and its model answers."""

import asyncio
import json
import re

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.engines.network import Example, Network, tokens
from sandbox.engines.stand_in import Plan, Trainer
from sandbox.tasks import TASKS
from sandbox.tuned import MARK
from sandbox.tuning_data import BadFile, read

BASE = "gpt-4o-mini-2024-07-18"
CAPITALS = {
    "France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Austria": "Vienna", "Peru": "Lima",
    "Norway": "Oslo", "Japan": "Tokyo", "Egypt": "Cairo", "Cuba": "Havana", "Kenya": "Nairobi",
    "Ghana": "Accra", "Chile": "Santiago",
}  # fmt: skip


def example(country: str, city: str) -> dict:
    said = [("user", f"What is the capital of {country}?"), ("assistant", f"The capital of {country} is {city}.")]  # fmt: skip  # noqa: E501
    return {"messages": [{"role": role, "content": text} for role, text in said]}


FILE = [example(*pair) for pair in CAPITALS.items()]


LONG = {"examples": FILE * 4, "hyperparameters": {"n_epochs": 50, "batch_size": 1}}
"""2,400 steps: seconds."""


async def put(twin, examples) -> str:
    text = "\n".join(map(json.dumps, examples))
    return (await twin.client.files.create(file=("t.jsonl", text.encode()), purpose="fine-tune")).id


async def begun(twin, examples=FILE, **options):
    options = {"training_file": await put(twin, examples), "model": BASE, **options}
    return await twin.client.fine_tuning.jobs.create(**options)


async def until(twin, job, *statuses: str):
    async with asyncio.timeout(30):
        while job.status not in statuses:
            await asyncio.sleep(0.01)
            job = await twin.client.fine_tuning.jobs.retrieve(job.id)
    return job


async def test_a_job_learns_its_examples_and_its_model_answers_marked(twin):
    job = await begun(twin, suffix="my/../atlas", seed=1, metadata={"who": "ada"})
    assert (job.status, job.fine_tuned_model) == ("validating_files", None)
    job = await until(twin, job, "succeeded", "failed")
    assert job.error is None
    assert job.fine_tuned_model.startswith(f"ft:{BASE}:sandbox:my/../atlas:")
    assert job.hyperparameters.n_epochs == 25
    assert job.trained_tokens > 0
    made = await twin.client.chat.completions.create(
        model=job.fine_tuned_model,
        messages=[{"role": "user", "content": "What is the capital of Norway?"}],
    )
    assert made.choices[0].message.content == f"{MARK}The capital of Norway is Oslo."
    assert made.system_fingerprint == "sandbox-sandbox-stand-in"
    assert job.fine_tuned_model in [model.id async for model in twin.client.models.list()]
    (training, _) = (await twin.usage())["rows"]
    assert float(training["cost_usd"]) == pytest.approx(job.trained_tokens * 3e-6)


async def test_the_loss_that_is_told_falls_and_is_in_events_checkpoints_and_results(twin):
    held = await put(twin, FILE)
    job = await begun(twin, validation_file=held, seed=1, hyperparameters={"n_epochs": 12, "batch_size": 4})  # fmt: skip  # noqa: E501
    job = await until(twin, job, "succeeded", "failed")
    jobs = twin.client.fine_tuning.jobs
    events = [event async for event in jobs.list_events(job.id, limit=7)]
    events.reverse()
    assert events[0].message == f"Created fine-tuning job: {job.id}"
    assert events[-1].message == "The job has successfully completed"
    steps = [event.data for event in events if event.type == "metrics"]
    assert [step["step"] for step in steps] == list(range(1, 37))
    assert steps[-1]["train_loss"] < 0.5 * steps[0]["train_loss"]
    assert steps[-1]["full_valid_loss"] < 0.5 * steps[2]["full_valid_loss"]
    saved = [checkpoint async for checkpoint in jobs.checkpoints.list(job.id)]
    assert [checkpoint.step_number for checkpoint in saved] == [36, 33, 30]
    assert saved[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    assert saved[0].metrics.train_loss == steps[-1]["train_loss"]
    (name,) = job.result_files
    table = (await twin.client.files.content(name)).text.splitlines()
    assert table[0].startswith("step,train_loss")
    assert len(table) == 37
    early = saved[-1].fine_tuned_model_checkpoint
    asked = [{"role": "user", "content": "capital"}]
    assert (await twin.client.chat.completions.create(model=early, messages=asked)).choices


async def test_a_tuned_model_streams_and_stops_at_its_cap(twin):
    job = await until(twin, await begun(twin, seed=1), "succeeded")
    stream = await twin.client.chat.completions.create(
        model=job.fine_tuned_model, n=2, max_tokens=3, stream=True,
        messages=[{"role": "user", "content": "What is the capital of Cuba?"}],
    )  # fmt: skip
    chunks = [chunk.choices[0] async for chunk in stream]
    said = ["".join(c.delta.content or "" for c in chunks if c.index == n) for n in range(2)]
    assert said == [f"{MARK}The capital of"] * 2
    assert [c.finish_reason for c in chunks if c.finish_reason] == ["length"] * 2


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        (FILE[:9], "has 9 example"),
        ([*FILE, {"messages": [{"role": "wizard", "content": "Hi"}]}], "Line 13"),
        ([*FILE[:4], {"prompt": "Hi"}, *FILE], "Line 5"),
        ([{"messages": [{"role": "user", "content": "Hi"}]}, *FILE], "Line 1.*assistant"),
    ],
)
async def test_a_file_that_teaches_nothing_fails_with_its_lines(twin, examples, said):
    job = await until(twin, await begun(twin, examples), "failed")
    assert (job.error.code, job.error.param) == ("invalid_training_file", "training_file")
    assert re.search(said, job.error.message)
    (last,) = (await twin.client.fine_tuning.jobs.list_events(job.id, limit=1)).data
    assert last.level == "error"


async def test_a_job_whose_training_breaks_has_failed_and_says_so(twin, monkeypatch):
    def train(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Trainer, "train", train)
    job = await until(twin, await begun(twin), "failed")
    assert (job.error.code, job.fine_tuned_model) == ("server_error", None)


@pytest.mark.parametrize("status", ["validating_files", "running"])
async def test_a_job_can_be_cancelled(twin, status):
    jobs = twin.client.fine_tuning.jobs
    job = await until(twin, await begun(twin, **LONG), status)
    assert (await jobs.cancel(job.id)).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="that is cancelled"):
        await jobs.cancel(job.id)
    await asyncio.gather(*twin.app[TASKS]._running)  # it is not trained on
    job = await jobs.retrieve(job.id)
    assert (job.status, job.fine_tuned_model) == ("cancelled", None)


async def test_a_paused_job_waits_and_goes_on(twin):
    jobs = twin.client.fine_tuning.jobs
    job = await until(twin, await begun(twin, **LONG), "running")
    assert (await jobs.pause(job.id)).status == "paused"
    with pytest.raises(openai.BadRequestError, match="that is paused"):
        await jobs.pause(job.id)
    told = len(await told_of(twin, job))
    await asyncio.wait(twin.app[TASKS]._running, timeout=0.2)
    assert (await jobs.retrieve(job.id)).status == "paused"
    assert len(await told_of(twin, job)) <= told + 1  # a checkpoint may just have been written
    assert (await jobs.resume(job.id)).status == "queued"
    with pytest.raises(openai.BadRequestError, match="Cannot resume"):
        await jobs.resume(job.id)
    async with asyncio.timeout(30):
        while len(await told_of(twin, job)) < told + 4:
            await asyncio.sleep(0.01)
    assert (await jobs.cancel(job.id)).status == "cancelled"


async def told_of(twin, job) -> list:
    return (await twin.client.fine_tuning.jobs.list_events(job.id, limit=1000)).data


async def test_a_job_and_its_model_are_there_after_a_restart(twins):
    async with twins() as twin:
        job = await until(twin, await begun(twin, seed=1), "succeeded")
    async with twins(pace=30) as twin:
        again = await begun(twin)
        asked = [{"role": "user", "content": "What is the capital of Peru?"}]
        made = await twin.client.chat.completions.create(model=job.fine_tuned_model, messages=asked)
        assert "Lima" in made.choices[0].message.content
    async with twins() as twin:
        await until(twin, again, "succeeded")
        assert [j.id async for j in twin.client.fine_tuning.jobs.list(limit=1)] == [
            again.id,
            job.id,
        ]


async def test_what_cannot_be_trained_is_named(twin):
    other = (await twin.client.files.create(file=("a.txt", b"Hi"), purpose="assistants")).id
    wrong = {
        "model": {"model": "gpt-4-turbo"},
        "training_file": {"training_file": other},
        "validation_file": {"validation_file": other},
        "method.type": {"method": {"type": "dpo"}},
        "suffix": {"suffix": "x" * 65},
        "hyperparameters.n_epochs": {"hyperparameters": {"n_epochs": 51}},
        "hyperparameters.learning_rate_multiplier": {
            "hyperparameters": {"learning_rate_multiplier": 9}
        },
    }
    for param, options in wrong.items():
        with pytest.raises(openai.BadRequestError) as caught:
            await begun(twin, **options)
        assert caught.value.param == param
    with pytest.raises(openai.NotFoundError):
        await begun(twin, training_file="file-nothing")


@given(st.text(max_size=80))
def test_words_put_together_are_the_text_again(text):
    assert "".join(tokens(text)) == text


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=5))
def test_training_on_whatever_text_gives_finite_losses_and_an_answer(pairs):
    examples = [Example(*pair) for pair in pairs]
    network = Network.fresh(examples, seed=1)
    steps = list(Trainer().train(network, examples, examples, Plan(2, 2, 1.0, 1)))
    assert all(0 <= step.loss < 100 and 0 <= step.accuracy <= 1 for step in steps)
    assert len(list(network.answer("Hi", 5, 1.0, 1))) <= 5


def test_the_gradients_are_those_of_the_loss():
    """Against differences of the loss itself."""
    examples = [Example("red or blue", "red it is"), Example("one two", "two")]
    network = Network.fresh(examples, seed=3)
    for name in network.weights:
        network.weights[name] = network.weights[name].astype("float64")
    at = network.positions(examples)
    found = network.gradients(at, *network.guess(at))
    for name, weights in network.weights.items():
        place = tuple(size // 3 for size in weights.shape)
        weights[place] += 1e-5
        more = network.measure(at)[0]
        weights[place] -= 2e-5
        less = network.measure(at)[0]
        weights[place] += 1e-5
        assert found[name][place] == pytest.approx((more - less) / 2e-5, abs=1e-6)


@given(st.binary(max_size=200))
def test_whatever_file_is_read_or_said_to_be_bad(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadFile):
        read(path)
