"""What is heard of a fine-tuning job: how it stands, and its losses by step."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.openai.errors import NotFound
from bot.openai.fine_tuning import FineTuning, Job, JobEvent

MOST = 400  # points that are kept: more than a chart has pixels for
_PAGES, _AT_ONCE = 30, 100  # of events that are read in one look
_STEP = re.compile(r"[Ss]tep (\d+)/(\d+)")
_TRAIN = ("train_loss", "train_mean_loss")
_VALID = ("valid_loss", "full_valid_loss", "valid_mean_loss")


class Point(msgspec.Struct, frozen=True):
    step: int
    at: float
    train: float | None = None
    valid: float | None = None


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """Points are in the order of their steps. `newest`: the id of the last event that was read."""

    job: Job
    points: tuple[Point, ...] = ()
    steps: int = 0  # in all; 0: not known
    newest: str = ""
    message: str = ""

    @property
    def ended(self) -> bool:
        return self.job.ended

    @property
    def status(self) -> str:
        return self.job.status

    @property
    def step(self) -> int:
        return self.points[-1].step if self.points else 0

    @property
    def progress(self) -> float | None:
        """0 to 1; None: nobody knows."""
        if self.job.status == "succeeded":
            return 1.0
        return min(1.0, self.step / self.steps) if self.steps else None

    @property
    def epochs(self) -> int | None:
        """As the provider settled them."""
        method = self.job.method or {}
        chosen = method.get(str(method.get("type")), {}).get("hyperparameters") or {}
        told = (self.job.hyperparameters or {}).get("n_epochs", chosen.get("n_epochs"))
        return told if isinstance(told, int) else None

    def left(self, now: float) -> float | None:
        """Seconds, as the provider or the pace so far says."""
        if self.job.estimated_finish:
            return max(0.0, self.job.estimated_finish - now)
        if not self.steps or len(self.points) < 2:  # noqa: PLR2004  a pace needs two
            return None
        first, last = self.points[0], self.points[-1]
        pace = (last.at - first.at) / max(1, last.step - first.step)
        return pace * (self.steps - last.step)


async def look(jobs: FineTuning, id_: str, before: Training | None) -> Training:
    """How it stands now, with what it told since `before`. Raises OpenAIError."""
    job = await jobs.get(id_)
    events = await _since(jobs, id_, before.newest if before else "")
    return heard(before or Training(job=job), job, events)


async def _since(jobs: FineTuning, id_: str, known: str) -> list[JobEvent]:
    """The newest first; after very long downtime, the newest of them. A server that knows the job
    and no events has none.
    """
    found: list[JobEvent] = []
    after = None
    for _ in range(_PAGES):
        try:
            page = await jobs.events(id_, after=after, limit=_AT_ONCE)
        except NotFound:
            break
        for event in page.data:
            if event.id == known:
                return found
            found.append(event)
        if not (after := page.after):
            break
    return found


def heard(before: Training, job: Job, events: Sequence[JobEvent]) -> Training:
    """`events`: the newest first."""
    points = {point.step: point for point in before.points}
    steps = before.steps
    for event in reversed(events):
        step, total = _where(event)
        steps = total or steps
        if step and (point := _point(event, step)):
            points[step] = point
    said = next((e.message for e in events if e.message and not _where(e)[0]), before.message)
    return Training(
        job=job, points=thinned([points[step] for step in sorted(points)]), steps=steps,
        newest=events[0].id if events else before.newest, message=said,
    )  # fmt: skip


def _where(event: JobEvent) -> tuple[int, int]:
    """(step, of how many); 0: it does not say."""
    told = _STEP.search(event.message)
    step, total = map(int, told.groups()) if told else (0, 0)
    data = event.data if isinstance(event.data, Mapping) else {}
    return _whole(data.get("step")) or step, _whole(data.get("total_steps")) or total


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _point(event: JobEvent, step: int) -> Point | None:
    data = event.data if isinstance(event.data, Mapping) else {}
    train, valid = _first(data, _TRAIN), _first(data, _VALID)
    if train is None and valid is None:
        return None
    return Point(step, event.created_at or 0.0, train, valid)


def _first(data: Mapping[str, Any], names: Iterable[str]) -> float | None:
    found = (data.get(name) for name in names)
    return next((float(v) for v in found if isinstance(v, int | float)), None)


def thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """Every other one goes where there are too many, but for the last and those that were
    validated, which are few.
    """
    while len(points) > MOST:
        last = len(points) - 1
        kept = [p for n, p in enumerate(points) if n % 2 == 0 or n == last or p.valid is not None]
        if len(kept) == len(points):
            kept = [p for n, p in enumerate(points) if n % 2 == 0 or n == last]
        points = kept
    return tuple(points)
