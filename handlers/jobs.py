"""Jobs under way: `/jobs`, and what the watch says by itself."""

import logging
import time
from collections.abc import Iterable, Sequence

from bot.chores import Chore
from bot.commands import Choice, Command, Option, Typing
from bot.errors import Refused
from bot.events import Invocation
from bot.jobs.cards import lasting, money, told
from bot.jobs.kinds import KINDS, job_of, kind_of
from bot.jobs.saying import Saying, Shown, shown
from bot.jobs.watch import CARD, END, Watch
from bot.openai.batches import Batch
from bot.openai.errors import OpenAIError
from bot.openai.fine_tuning import Job
from bot.parts import Reply, Status, Text
from bot.run import Run
from bot.services import Services
from bot.storage.jobs import Watched

log = logging.getLogger(__name__)
PAUSE, PRUNE_PAUSE = 2.0, 3_600.0  # seconds
ELSEWHERE = 20  # jobs that others began, in a list


def setup(services: Services) -> Iterable[Command | Chore]:
    watch, saying, jobs = Watch(services), Saying(services), Jobs(services)
    yield Chore("watch jobs", watch.look, PAUSE)
    yield Chore("forget jobs", watch.prune, PRUNE_PAUSE)
    job = Option("job", "Which job", required=True)
    yield Command(CARD, "How a job stands", saying.card, (job,), access="parley")
    yield Command(END, "How a job ended", saying.ended, (job,), access="parley")
    yield Command("jobs list", "What is under way, by whom, for how long, at what cost",
                  jobs.listed, access="admin", private=True, usual=True)  # fmt: skip
    any_job = Option("id", "ftjob-… or batch_…", required=True, suggest=jobs.elsewhere)
    yield Command("jobs watch", "Hear here of a job that was begun elsewhere", jobs.watched,
                  (any_job,), access="admin")  # fmt: skip
    ours = Option("id", "ftjob-… or batch_…", required=True, suggest=jobs.ours)
    yield Command("jobs unwatch", "Hear no more of a job, which goes on", jobs.unwatched, (ours,),
                  access="admin")  # fmt: skip


class Jobs:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._watch = Watch(services)

    async def listed(self, _run: Run) -> Reply:
        ours = await self._services.jobs.under_way()
        costs = await self._services.ledger.of_jobs([job.id for job in ours])
        lines = [_line(job, money(costs.get(job.id))) for job in ours]
        lines = lines or ["Nothing that Parley watches is under way."]
        yield Text("\n".join(lines))
        try:
            others = await self._others({job.id for job in ours})
        except OpenAIError as error:
            others = [f"_What was begun elsewhere is not to be seen: {error.sentence}_"]
        if others:
            yield Text("\n".join(others), key="elsewhere")

    async def _others(self, known: set[str]) -> list[str]:
        jobs = await self._begun_elsewhere(known)
        lines = [f"- `{job.id}` {_called(job)}: {told(job.status).lower()}" for job in jobs]
        title = "**Begun elsewhere** (`/jobs watch` has Parley tell of them here)"
        return [title, *lines] if lines else []

    async def _begun_elsewhere(self, known: set[str]) -> list[Job | Batch]:
        openai = self._services.openai
        tunes = (await openai.fine_tuning.list(limit=ELSEWHERE)).data
        batches = (await openai.batches.list(limit=ELSEWHERE)).data
        jobs: list[Job | Batch] = [*tunes, *batches]
        return [job for job in jobs if not job.ended and job.id not in known]

    async def watched(self, run: Run) -> Reply:
        id_ = _id(run)
        kind = kind_of(id_)
        before = await self._services.jobs.get(id_)
        if before and before.ended is None and before.delivery != run.answers:
            raise Refused(f"Parley watches `{id_}` already, for {_who(before)}.")
        yield Status("Asking the provider…")
        facts = await KINDS[kind].look(self._services.openai, id_, None)
        job = job_of(facts)
        name = (job.metadata or {}).get("name", "")
        if facts.ended:
            yield Text(f"It has ended already: {told(job.status).lower()}. Nothing is left to "
                       "watch.", key="note")  # fmt: skip
        else:
            await self._watch.watch(kind, id_, run=run, name=name)
        await self._services.works.keep(run, Shown(id_))
        for part in await shown(self._services, facts, await self._services.jobs.get(id_)):
            yield part

    async def unwatched(self, run: Run) -> Reply:
        id_ = _id(run)
        watched = await self._services.jobs.get(id_)
        if watched is None or watched.ended is not None:
            raise Refused(f"Parley does not watch `{id_[:80]}`. `/jobs list` says what it does.")
        costs = await self._services.ledger.of_jobs([id_])
        if id_ in costs and costs[id_].state == "held":
            raise Refused("It was begun here, and what it costs can be booked only when Parley "
                          "sees its end. Cancel it, if it is not wanted.")  # fmt: skip
        await self._services.jobs.forget(id_)
        yield Text(f"Parley no longer watches `{id_}`. The job goes on.")

    async def elsewhere(self, typing: Typing) -> Sequence[Choice]:
        known = {job.id for job in await self._services.jobs.under_way()}
        jobs = await self._begun_elsewhere(known)
        return _matching([(_called(job), job.id) for job in jobs], typing.text)

    async def ours(self, typing: Typing) -> Sequence[Choice]:
        jobs = await self._services.jobs.under_way()
        return _matching([(job.name, job.id) for job in jobs], typing.text)


def _line(job: Watched, cost: str) -> str:
    facts = KINDS[job.kind].read(job.facts) if job.facts else None
    status = told(facts.status).lower() if facts else "just begun"
    missing = ", unknown to the provider just now" if job.missing_since else ""
    since = lasting(max(0.0, time.time() - job.began))
    return (
        f"- **{job.name or job.id}** ({KINDS[job.kind].noun}, `{job.id}`): {status}{missing}, by "
        f"{_who(job)}, for {since}, {cost}"
    )


def _who(job: Watched) -> str:
    return job.author.name or job.author.id


def _called(job: Job | Batch) -> str:
    told_name = (job.metadata or {}).get("name")
    return told_name or (job.endpoint if isinstance(job, Batch) else job.model)


def _matching(pairs: Sequence[tuple[str, str]], text: str) -> Sequence[Choice]:
    wanted = text.strip().casefold()
    labels = [(f"{name} ({id_})" if name else id_, id_) for name, id_ in pairs]
    return [Choice(label[:75], id_) for label, id_ in labels if wanted in label.casefold()]


def _id(run: Run) -> str:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    return str(values["id"]).strip().strip("`")
