"""A fine-tuning job being carried out: validated, queued, trained, its model put where chat finds
it.
"""

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.book import BOOK, Row
from sandbox.engines.choice import CHOICE
from sandbox.errors import APIError
from sandbox.ids import new
from sandbox.models import MODELS
from sandbox.store import STORE
from sandbox.tasks import PACE
from sandbox.tuned import TUNED
from sandbox.tuning_data import BadFile, read
from sandbox.tuning_jobs import GATES, JOBS, Checkpoint, Job, save
from sandbox.tuning_metrics import HEAD, data, metrics, row, settled

TOLD = 100  # events about steps
KEPT = 3  # checkpoints, as OpenAI
LONGEST = 300_000  # words of one epoch; more would keep this machine busy for minutes
ENDPOINT = "/v1/fine_tuning/jobs"
log = logging.getLogger(__name__)


class _Over(Exception):
    """The job was cancelled."""


async def run(app: web.Application, job: Job) -> None:
    try:
        examples, valid = await _validated(app, job)
        await _train(app, job, examples, valid)
    except _Over:
        return
    except (BadFile, APIError) as error:
        text = f"The job failed due to an invalid training file. {error}"
        await _fail(app, job, text, "invalid_training_file", "training_file")
    except Exception:
        log.exception("%s failed", job.id)
        await _fail(app, job, "The job failed: the server had an error.", "server_error")


async def _fail(
    app: web.Application, job: Job, text: str, code: str, param: str | None = None
) -> None:
    job.status, job.finished_at = "failed", app[STORE].stamp()
    job.error = {"code": code, "param": param, "message": text}
    job.tell(job.finished_at, text, level="error")
    await save(app, job)


async def _validated(app: web.Application, job: Job) -> tuple[list[Any], list[Any]]:
    job.tell(app[STORE].stamp(), f"Validating training file: {job.training_file}")
    await _enter(app, job, "validating_files")
    examples = await _examples(app, job.training_file)
    valid = await _examples(app, job.validation_file) if job.validation_file else []
    job.tell(app[STORE].stamp(), "Files validated, moving job to queued state")
    await _enter(app, job, "queued")
    return examples, valid


async def _examples(app: web.Application, name: str) -> list[Any]:
    from sandbox.engines.network import Example, count  # noqa: PLC0415  optional

    store = app[STORE]
    path = store.path(await store.get(name, "training_file"))
    examples = [Example(*pair) for pair in await asyncio.to_thread(read, path)]
    if count(examples) > LONGEST:
        raise BadFile(f"The sandbox trains on at most {LONGEST} words; the file has more.")
    return examples


async def _enter(app: web.Application, job: Job, status: str) -> None:
    """Raises _Over where the job was cancelled before."""
    await app[GATES].of(job).wait()
    if job.status == "cancelled":
        raise _Over
    job.status = status
    await save(app, job)
    await asyncio.sleep(app[PACE])


async def _train(app: web.Application, job: Job, examples: list[Any], valid: list[Any]) -> None:
    from sandbox.engines.network import count  # noqa: PLC0415  optional
    from sandbox.engines.stand_in import Plan  # noqa: PLC0415  optional

    plan = Plan(*settled(job, len(examples)), job.seed)
    total = plan.epochs * -(-len(examples) // plan.batch_size)
    job.tell(app[STORE].stamp(), "Fine-tuning job started")
    await _enter(app, job, "running")
    engine = app[CHOICE]["fine-tuning"]
    network = await engine.run(lambda trainer: trainer.fresh(examples, plan.seed))
    lines = [HEAD]
    async for step in engine.iterate(lambda t: t.train(network, examples, valid, plan)):
        await _between(app, job)
        lines.append(row(step))
        if step.number % -(-total // TOLD) == 0 or step.number == total:
            job.tell(app[STORE].stamp(), f"Step {step.number}/{total}: training loss={step.loss:.2f}", data=data(step, total))  # fmt: skip  # noqa: E501
        if step.epoch_ended:
            await _checkpoint(app, job, network, step, last=step.number == total)
    job.trained_tokens = count(examples) * plan.epochs
    await _finish(app, job, lines)


async def _between(app: web.Application, job: Job) -> None:
    """Between two steps: a paused job waits here. Raises _Over for a cancelled one."""
    gate = app[GATES].of(job)
    if not gate.is_set():
        await gate.wait()
        if job.status == "queued":
            await _enter(app, job, "running")
    if job.status == "cancelled":
        raise _Over


async def _checkpoint(
    app: web.Application, job: Job, network: Any, step: Any, *, last: bool
) -> None:
    suffix = f":{job.suffix}" if job.suffix else ":"
    name = f"ft:{job.model}:sandbox{suffix}:{job.id[-8:]}"
    if last:
        job.fine_tuned_model = name
    else:
        name += f":ckpt-step-{step.number}"
    await asyncio.to_thread(network.save, _path(app, name))
    now = app[STORE].stamp()
    made = Checkpoint(new("ftckpt_"), now, name, job.id, metrics(step), step.number)
    job.checkpoints.append(made)
    job.tell(now, f"Checkpoint created at step {step.number}")
    for old in job.checkpoints[:-KEPT]:
        job.checkpoints.remove(old)
        await asyncio.to_thread(_path(app, old.fine_tuned_model_checkpoint).unlink, missing_ok=True)


def _path(app: web.Application, name: str) -> Path:
    """Its weights. Named by a hash: a suffix may hold what a path must not."""
    return app[STORE].path(hashlib.sha256(name.encode()).hexdigest() + ".npz")


async def _finish(app: web.Application, job: Job, lines: list[str]) -> None:
    table = "\n".join(lines).encode() + b"\n"
    results = await app[STORE].write([table], "step_metrics.csv", "fine-tune-results")
    await _between(app, job)
    # No await from here to the book: who sees that it succeeded can ask its model, and not cancel.
    job.status, job.finished_at = "succeeded", app[STORE].stamp()
    job.result_files = [results.id]
    job.tell(job.finished_at, f"New fine-tuned model created: {job.fine_tuned_model}")
    job.tell(job.finished_at, "The job has successfully completed")
    publish(app)
    base = app[MODELS].get(job.model)
    counts: dict[str, float] = {"training": job.trained_tokens or 0}
    app[BOOK].write(Row(ENDPOINT, base.id, "", batch=False), counts, base.cost(counts))
    await save(app, job)


def publish(app: web.Application) -> None:
    """Models and checkpoints of jobs that succeeded can be asked."""
    done = [job for job in app[JOBS].values() if job.status == "succeeded"]
    names = [made.fine_tuned_model_checkpoint for job in done for made in job.checkpoints]
    found = {name: _path(app, name) for name in names if _path(app, name).exists()}
    app[TUNED].clear()
    app[TUNED].update(found)
    app[MODELS].tuned(list(found))
