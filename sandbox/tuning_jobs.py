"""Fine-tuning jobs as they are kept and shown."""

import asyncio
from typing import Any

from aiohttp import web
from msgspec import Struct, field, structs

from sandbox.ids import new
from sandbox.store import STORE

OVER = {"succeeded", "failed", "cancelled"}
JOBS: web.AppKey[dict[str, "Job"]] = web.AppKey("jobs", dict)


class Event(Struct):
    id: str
    created_at: int
    level: str
    message: str
    type: str
    data: dict[str, Any] | None
    object: str = "fine_tuning.job.event"


class Checkpoint(Struct):
    id: str
    created_at: int
    fine_tuned_model_checkpoint: str
    fine_tuning_job_id: str
    metrics: dict[str, float]
    step_number: int
    object: str = "fine_tuning.job.checkpoint"


class Hyperparameters(Struct):
    n_epochs: int | str = "auto"
    batch_size: int | str = "auto"
    learning_rate_multiplier: float | str = "auto"


class Job(Struct):
    id: str
    model: str
    created_at: int
    training_file: str
    seed: int
    hyperparameters: Hyperparameters
    validation_file: str | None = None
    suffix: str | None = None
    metadata: dict[str, str] | None = None
    object: str = "fine_tuning.job"
    organization_id: str = "org-sandbox"
    status: str = "validating_files"
    fine_tuned_model: str | None = None
    finished_at: int | None = None
    estimated_finish: int | None = None
    trained_tokens: int | None = None
    error: dict[str, Any] | None = None
    result_files: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As OpenAI does."""
        fields = structs.asdict(self)
        for own in ("events", "checkpoints", "suffix"):
            del fields[own]
        method = {"type": "supervised", "supervised": {"hyperparameters": self.hyperparameters}}
        return fields | {"method": method, "integrations": []}

    def tell(
        self, now: int, message: str, *, level: str = "info", data: dict[str, Any] | None = None
    ) -> None:
        kind = "metrics" if data else "message"
        self.events.append(Event(new("ftevent-"), now, level, message, kind, data))


async def save(app: web.Application, job: Job) -> None:
    await app[STORE].save("job", job)


class Gates:
    """Closed while a job is paused."""

    def __init__(self) -> None:
        self._gates: dict[str, asyncio.Event] = {}

    def of(self, job: Job) -> asyncio.Event:
        if job.id not in self._gates:
            self._gates[job.id] = asyncio.Event()
            if job.status != "paused":
                self._gates[job.id].set()
        return self._gates[job.id]


GATES: web.AppKey[Gates] = web.AppKey("gates", Gates)
