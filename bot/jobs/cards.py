"""A job at a glance: the card that stands while it runs, and the one at its end."""

import time

from bot.jobs.training import Training
from bot.openai.batches import Batch
from bot.openai.fine_tuning import Job
from bot.parts import Card
from bot.spending.money import dollars
from bot.storage.jobs import Watched
from bot.storage.ledger import JobCost

_STATUS = {
    "validating_files": "The files are being checked", "queued": "Waits for its turn",
    "running": "Training", "paused": "Paused", "succeeded": "Done", "failed": "Failed",
    "cancelled": "Cancelled", "validating": "The file is being checked",
    "in_progress": "Running", "finalizing": "The results are being put together",
    "completed": "Done", "expired": "Ran out of time", "cancelling": "Being cancelled",
}  # fmt: skip
_GOOD = {"succeeded", "completed"}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400  # seconds
_TITLE, _SAID = 150, 500  # characters
_TINY = 0.001  # of a loss
OVER = "Used up. The job goes on, as what it may cost was held before it began."


def fine_tune_card(
    training: Training, name: str = "", *, cost: str = "", over: bool = False,
    now: float | None = None,
) -> Card:  # fmt: skip
    """`cost` as `money` says it; `over`: a budget of who pays is spent."""
    job, now = training.job, time.time() if now is None else now
    left = None if training.ended or job.status == "paused" else training.left(now)
    facts = (
        ("Status", told(job.status)), ("Base model", job.model), ("Epoch", _epoch(training)),
        ("Step", _of(training.step, training.steps)), ("Loss", _loss(training)),
        ("Time left", "" if left is None else f"about {lasting(left)}"),
        ("Cost", cost), ("Budget", OVER if over else ""), ("Job", job.id),
        ("Organization", job.organization_id or ""),
        ("Files", _files(job) if training.ended else ""),
    )  # fmt: skip
    title = f"Fine-tuning {name or job.fine_tuned_model or job.id}"
    said = trouble(job) or training.message
    progress = None if training.ended else training.progress
    return _card(title, said, facts, progress, job.status, ended=training.ended)


def batch_card(batch: Batch, name: str = "", *, cost: str = "", over: bool = False) -> Card:
    counts = batch.request_counts
    total, failed = (counts.total, counts.failed) if counts else (0, 0)
    answered = counts.completed + counts.failed if counts else 0
    left = None if batch.ended or not batch.expires_at else batch.expires_at - time.time()
    facts = (
        ("Status", told(batch.status)), ("Endpoint", batch.endpoint),
        ("Requests", _of(answered, total)), ("Failed", f"{failed:,}" if failed else ""),
        ("Expires", f"in {lasting(left)}" if left and left > 0 else ""),
        ("Cost", cost), ("Budget", OVER if over else ""), ("Job", batch.id),
    )  # fmt: skip
    said = "\n".join(_problem(p.line, p.message) for p in batch.problems[:5])
    progress = answered / total if total and not batch.ended else None
    title = f"Batch {name or batch.id}"
    return _card(title, said, facts, progress, batch.status, ended=batch.ended)


def ended_card(watched: Watched, job: Job | Batch, cost: str) -> Card:
    """What every end notice begins with."""
    noun = "Batch" if isinstance(job, Batch) else "Fine-tuning"
    took = _finished(job) - (job.created_at or watched.began)
    model = job.fine_tuned_model or "" if isinstance(job, Job) else ""
    facts = (
        ("Model", model), ("Took", lasting(took) if took > 0 else ""),
        ("Trained on", _tokens(job)), ("Cost", cost), ("Job", job.id),
    )  # fmt: skip
    title = f"{noun} {watched.name or job.id}: {_ending(job.status)}"
    said = trouble(job) if isinstance(job, Job) else ""
    return _card(title, said, facts, None, job.status, ended=True)


def forgotten_card(watched: Watched) -> Card:
    noun = "batch" if watched.kind == "batch" else "fine-tuning job"
    return Card(
        f"The provider no longer knows {watched.name or watched.id}",
        f"Parley has asked for the {noun} `{watched.id}` again and again, and the provider says "
        "that there is none: it was deleted there, or belongs to another organisation now. "
        "Parley has stopped watching it.",
        state="failed",
    )


def told(status: str) -> str:
    return _STATUS.get(status, status.replace("_", " ").capitalize())


def trouble(job: Job) -> str:
    """The provider's reason, where it failed."""
    error = job.error
    if not (error and (error.message or error.code)):
        return ""
    return (error.message or str(error.code))[:_SAID]


def money(cost: JobCost | None) -> str:
    """What a job holds, or cost."""
    if cost is None:
        return "not booked here"
    if cost.state == "held":
        return f"at most {dollars(cost.reserved)}, held" if cost.reserved else "not known yet"
    if cost.cost is None:
        return "price not known"
    about = "about " if cost.estimated and cost.cost else ""
    return f"{about}{dollars(cost.cost)}" if cost.cost else "free"


def lasting(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 5 min`, `2 days`."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    if seconds < 2 * _DAY:
        hours, rest = divmod(round(seconds / _MINUTE), _MINUTE)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(seconds / _DAY)} days"


def _card(  # noqa: PLR0913  a card has this many facts
    title: str, said: str, facts: tuple[tuple[str, str], ...], progress: float | None,
    status: str, *, ended: bool,
) -> Card:  # fmt: skip
    state = ("done" if status in _GOOD else "failed") if ended else "running"
    fields = tuple((name, value) for name, value in facts if value)
    return Card(title[:_TITLE], said, fields, progress, state)  # type: ignore[arg-type]  # two of three


def _epoch(training: Training) -> str:
    if not (training.epochs and training.progress is not None):
        return ""
    begun = min(training.epochs, int(training.progress * training.epochs) + 1)
    return _of(begun, training.epochs)


def _loss(training: Training) -> str:
    train = next((p.train for p in reversed(training.points) if p.train is not None), None)
    valid = next((p.valid for p in reversed(training.points) if p.valid is not None), None)
    pairs = ((train, "training"), (valid, "validation"))
    return ", ".join(f"{short(loss)} {name}" for loss, name in pairs if loss is not None)


def short(loss: float) -> str:
    return f"{loss:.3g}" if loss >= _TINY else f"under {_TINY}"


def _files(job: Job) -> str:
    """By their ids, which `/files download` takes."""
    files = (
        (job.training_file, "training"), (job.validation_file, "validation"),
        (", ".join(job.result_files), "results"),
    )  # fmt: skip
    return "; ".join(f"{name} {id_}" for id_, name in files if id_)


def _of(number: int, total: int) -> str:
    if not (number or total):
        return ""
    return f"{number:,} of {total:,}" if total else f"{number:,}"


def _tokens(job: Job | Batch) -> str:
    trained = job.trained_tokens if isinstance(job, Job) else None
    return f"{trained:,} tokens" if trained else ""


def _ending(status: str) -> str:
    return told(status).lower()


def _finished(job: Job | Batch) -> float:
    if isinstance(job, Job):
        return job.finished_at or 0.0
    return next(filter(None, (job.completed_at, job.failed_at, job.expired_at,
                              job.cancelled_at)), 0.0)  # fmt: skip


def _problem(line: int | None, message: str | None) -> str:
    return f"Line {line}: {message}" if line else message or "The provider gives no reason."
