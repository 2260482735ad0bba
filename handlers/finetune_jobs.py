"""Fine-tuning jobs that are there: looked at, steered, and their models used."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.commands import Command, Option
from bot.desk.tuning.names import Names, called
from bot.errors import Refused
from bot.events import Invocation
from bot.jobs.cards import told
from bot.jobs.saying import Shown, job_of_button, known, shown
from bot.jobs.watch import Watch
from bot.openai.errors import BadRequest
from bot.openai.fine_tuning import Checkpoint, Job, JobEvent
from bot.parts import Notice, Reply, Status, Text
from bot.run import Run
from bot.services import Services

EVENTS = 20
_RUNNING = {"validating_files", "queued", "running"}


def setup(services: Services) -> Iterable[Command]:
    jobs, names = TuningJobs(services), Names(services, ())
    job = Option("job", "Which job, ftjob-…", required=True, suggest=names.jobs)
    after = Option("after", "Go on after the job with this id")
    model = Option("model", "ft:…, or the job it came of", required=True, suggest=names.tuned)
    yield Command("finetune list", "The fine-tuning jobs, the newest first", jobs.listed, (after,),
                  access="admin", usual=True, tool=True)  # fmt: skip
    yield Command("finetune use", "Make a fine-tuned model the chat model of this channel",
                  jobs.used, (model,), access="admin")  # fmt: skip
    for name, help_, handler in (
        ("show", "A fine-tuning job as it stands, with its losses", jobs.shown),
        ("events", "What happened to a fine-tuning job", jobs.events),
        ("checkpoints", "The models that a job saved on its way", jobs.checkpoints),
        ("cancel", "End a fine-tuning job", jobs.cancelled),
        ("pause", "Halt a fine-tuning job", jobs.paused),
        ("resume", "Go on with a job that was halted", jobs.resumed),
    ):
        yield Command(f"finetune {name}", help_, handler, (job,), access="admin")
    for name, help_, handler, apart in (
        ("cancel_tuning", "End the job", jobs.cancelled, False),
        ("pause_tuning", "Halt the job", jobs.paused, False),
        ("resume_tuning", "Go on with the job", jobs.resumed, False),
        ("tuning_events", "What happened", jobs.events, True),
        ("tuning_checkpoints", "What was saved on the way", jobs.checkpoints, True),
        ("use_tuned", "Make it the chat model of this channel", jobs.used, True),
    ):
        yield Command(name, help_, handler, access="admin", button=True, apart=apart)


@dataclass(frozen=True)
class TuningJobs:
    services: Services

    async def listed(self, run: Run) -> Reply:
        after = _value(run, "after")
        page = await self.services.openai.fine_tuning.list(after=after or None, limit=EVENTS)
        lines = [_line(job) for job in page.data]
        if page.after:
            lines.append(f"\nMore: `/finetune list after:{page.after}`")
        yield Text("\n".join(lines) or "There are no fine-tuning jobs. `/finetune create` begins.")

    async def shown(self, run: Run) -> Reply:
        id_ = await self._job(run)
        yield Status("Asking the provider…")
        facts, watched = await known(self.services, id_)
        await self.services.works.keep(run, Shown(id_))
        for part in await shown(self.services, facts, watched):
            yield part

    async def events(self, run: Run) -> Reply:
        id_ = await self._job(run)
        page = await self.services.openai.fine_tuning.events(id_, limit=EVENTS)
        lines = [_event(event) for event in reversed(page.data)]
        yield Text("\n".join([f"**The last events of `{id_}`** (UTC)", *lines]))

    async def checkpoints(self, run: Run) -> Reply:
        id_ = await self._job(run)
        page = await self.services.openai.fine_tuning.checkpoints(id_, limit=EVENTS)
        lines = [_checkpoint(made) for made in page.data]
        lines = lines or ["There are none yet: one is saved at the end of an epoch."]
        yield Text("\n".join([f"**Checkpoints of `{id_}`**", *lines]))

    def cancelled(self, run: Run) -> Reply:
        return self._turned(run, "cancel", {*_RUNNING, "paused"})

    def paused(self, run: Run) -> Reply:
        return self._turned(run, "pause", _RUNNING)

    def resumed(self, run: Run) -> Reply:
        return self._turned(run, "resume", {"paused"})

    async def _turned(self, run: Run, verb: str, possible: set[str]) -> Reply:
        """In the message of its card, where a button was pressed. It shows how the job stands, also
        where nothing could be done.
        """
        id_ = await self._job(run)
        jobs = self.services.openai.fine_tuning
        act: Callable[[str], Awaitable[Job]] = getattr(jobs, verb)
        done = (await jobs.get(id_)).status in possible
        try:
            if done:
                await act(id_)
        except BadRequest:  # it went on in between
            done = False
        await Watch(self.services).hurry(id_)
        await self.services.works.keep(run, Shown(id_))
        facts, watched = await known(self.services, id_)
        if not done:
            yield Notice(f"There is nothing to {verb}. The job: {told(facts.status).lower()}.")
        for part in await shown(self.services, facts, watched):
            yield part

    async def used(self, run: Run) -> Reply:
        model = await self._model(run)
        await self.services.openai.models.retrieve(model)
        place = run.event.place
        await self.services.preferences.put(place.channel_key, "model", model)
        yield Text(f"The chat model of this channel is `{model}` from now on.")

    async def _model(self, run: Run) -> str:
        name = _value(run, "model") or await job_of_button(self.services, run)
        if not name.startswith("ftjob"):
            return name
        job = await self.services.openai.fine_tuning.get(name)
        if not job.fine_tuned_model:
            raise Refused(f"That job has made no model: {told(job.status).lower()}.")
        return job.fine_tuned_model

    async def _job(self, run: Run) -> str:
        id_ = _value(run, "job") or await job_of_button(self.services, run)
        if id_.startswith(("file-", "batch", "ft:")):
            raise Refused(f"“{id_[:80]}” is no fine-tuning job; their ids begin with `ftjob-`.")
        return id_


def _value(run: Run, name: str) -> str:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    return str(values.get(name, "")).strip().strip("`")


def _line(job: Job) -> str:
    begun = f", begun {_day(job.created_at)}" if job.created_at else ""
    model = f", made `{job.fine_tuned_model}`" if job.fine_tuned_model else f", of {job.model}"
    return f"- **{called(job)}** (`{job.id}`): {told(job.status).lower()}{begun}{model}"


def _event(event: JobEvent) -> str:
    at = f"{datetime.fromtimestamp(event.created_at, UTC):%H:%M:%S} " if event.created_at else ""
    sign = {"warn": "⚠ ", "warning": "⚠ ", "error": "✖ "}.get(event.level, "")
    return f"- {at}{sign}{event.message}"


def _checkpoint(made: Checkpoint) -> str:
    losses = ", ".join(_losses(made, ("train_loss", "valid_loss", "full_valid_loss")))
    return f"- step {made.step_number}: `{made.fine_tuned_model_checkpoint}` {losses}"


def _losses(made: Checkpoint, names: Sequence[str]) -> Iterable[str]:
    for name in names:
        if (loss := made.metrics.get(name)) is not None:
            yield f"{name.replace('_', ' ')} {loss:.3g}"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %b %Y %H:%M} UTC"
