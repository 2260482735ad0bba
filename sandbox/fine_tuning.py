"""`/v1/fine_tuning/jobs`: create, list, one, cancel, pause, resume, events, checkpoints."""

import re
import secrets
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import Meta, Struct

from sandbox.answers import answer
from sandbox.engines.choice import CHOICE
from sandbox.errors import APIError, invalid, not_found
from sandbox.ids import new
from sandbox.metadata import Metadata, check_metadata
from sandbox.models import MODELS
from sandbox.pages import page, query
from sandbox.requests import decode
from sandbox.store import STORE
from sandbox.tasks import TASKS
from sandbox.tuning_jobs import GATES, JOBS, OVER, Hyperparameters, Job, save
from sandbox.tuning_run import publish, run

Auto = Literal["auto"]


class Wished(Struct, frozen=True):
    n_epochs: Auto | Annotated[int, Meta(ge=1, le=50)] = "auto"
    batch_size: Auto | Annotated[int, Meta(ge=1, le=256)] = "auto"
    learning_rate_multiplier: Auto | Annotated[float, Meta(ge=0.05, le=5)] = "auto"

    def kept(self) -> Hyperparameters:
        return Hyperparameters(self.n_epochs, self.batch_size, self.learning_rate_multiplier)


class Supervised(Struct, frozen=True):
    hyperparameters: Wished = Wished()


class Method(Struct):
    type: Literal["supervised", "dpo", "reinforcement"]
    supervised: Supervised = Supervised()
    dpo: Any = None
    reinforcement: Any = None


class JobRequest(Struct, forbid_unknown_fields=True):
    model: str
    training_file: str
    validation_file: str | None = None
    hyperparameters: Wished | None = None  # before `method` took their place
    method: Method | None = None
    suffix: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    integrations: Any = None
    metadata: Metadata | None = None


async def create(http: web.Request) -> web.Response:
    request = decode(await http.read(), JobRequest)
    await _check(http, request)
    wished = request.method.supervised.hyperparameters if request.method else None
    now = http.app[STORE].stamp()
    job = Job(
        id=new("ftjob-"),
        model=request.model,
        created_at=now,
        training_file=request.training_file,
        validation_file=request.validation_file,
        hyperparameters=(request.hyperparameters or wished or Wished()).kept(),
        suffix=request.suffix,
        seed=secrets.randbelow(2**31) if request.seed is None else request.seed,
        metadata=request.metadata,
    )
    job.tell(now, f"Created fine-tuning job: {job.id}")
    jobs = http.app[JOBS]
    jobs[job.id] = job
    await http.app[STORE].prune("job", jobs)
    await save(http.app, job)
    shown = answer(job.shown())
    http.app[TASKS].start(run(http.app, job))
    return shown


async def _check(http: web.Request, request: JobRequest) -> None:
    check_metadata(request.metadata)
    await http.app[CHOICE]["fine-tuning"].loaded()  # 501 where there is none
    if request.method and request.method.type != "supervised":
        text = f"The sandbox's stand-in learns 'supervised' only, not '{request.method.type}'."
        raise invalid("method.type", text, "unsupported_value")
    own = http.app[CHOICE].chat.engine.spec.name
    if "training" not in http.app[MODELS].get(request.model).prices and request.model != own:
        text = f"Model {request.model} is not available for fine-tuning or does not exist."
        raise invalid("model", text, "model_not_available")
    for param in ("training_file", "validation_file"):
        if name := getattr(request, param):
            file = await http.app[STORE].get(name, param)
            if file.purpose != "fine-tune":
                text = f"File '{name}' has the purpose '{file.purpose}', not 'fine-tune'."
                raise invalid(param, text, "invalid_file_purpose")


async def list_jobs(http: web.Request) -> web.Response:
    pairs = {k[9:-1]: v for k, v in http.query.items() if re.fullmatch(r"metadata\[.+\]", k)}
    jobs = [job for job in http.app[JOBS].values() if pairs.items() <= (job.metadata or {}).items()]
    found = page(jobs, query(http), 20)
    return answer(found | {"data": [job.shown() for job in found["data"]]})


async def get_job(http: web.Request) -> web.Response:
    return answer(_found(http).shown())


async def events(http: web.Request) -> web.Response:
    return answer(page(_found(http).events, query(http), 20))


async def checkpoints(http: web.Request) -> web.Response:
    return answer(page(_found(http).checkpoints, query(http), 10))


async def cancel(http: web.Request) -> web.Response:
    job = _found(http)
    _refuse(job, "cancel", OVER)
    now = http.app[STORE].stamp()
    job.status, job.finished_at = "cancelled", now
    job.tell(now, "The job was cancelled")
    http.app[GATES].of(job).set()
    await save(http.app, job)
    return answer(job.shown())


async def pause(http: web.Request) -> web.Response:
    job = _found(http)
    _refuse(job, "pause", OVER | {"paused"})
    http.app[GATES].of(job).clear()
    return await _turned(http, job, "paused", "The job was paused")


async def resume(http: web.Request) -> web.Response:
    job = _found(http)
    _refuse(job, "resume", OVER | {"validating_files", "queued", "running"})
    response = await _turned(http, job, "queued", "The job was resumed")
    http.app[GATES].of(job).set()
    return response


async def _turned(http: web.Request, job: Job, status: str, message: str) -> web.Response:
    job.status = status
    job.tell(http.app[STORE].stamp(), message)
    await save(http.app, job)
    return answer(job.shown())


def _refuse(job: Job, verb: str, statuses: set[str]) -> None:
    if job.status in statuses:
        text = f"Cannot {verb} a fine-tuning job that is {job.status}."
        raise APIError(400, text, param="fine_tuning_job_id", code="invalid_status")


def _found(http: web.Request) -> Job:
    name = http.match_info["id"]
    job = http.app[JOBS].get(name)
    if job is None:
        raise not_found("fine-tuning job", name, "fine_tuning_job_id")
    return job


async def restored(app: web.Application) -> None:
    """At the start: jobs under way when the last process ended are trained again."""
    app[JOBS].update(app[STORE].load("job", Job))
    publish(app)
    for job in app[JOBS].values():
        if job.status not in OVER:
            app[TASKS].start(run(app, job))
