"""What is shown of a job: by its card as it changes, by the notice at its end, on demand."""

import asyncio
from contextlib import aclosing

import msgspec

from bot.errors import Refused
from bot.events import Invocation
from bot.jobs import chart
from bot.jobs.cards import ended_card, forgotten_card, money
from bot.jobs.kinds import KINDS, Facts, job_of
from bot.jobs.training import Training
from bot.parts import Button, Buttons, Image, Part, Reply
from bot.run import Run
from bot.services import Services
from bot.storage.jobs import Watched

_CANCEL, _EVENTS = Button("Cancel", "cancel_tuning"), Button("Events", "tuning_events")
_PAUSE, _RESUME = Button("Pause", "pause_tuning"), Button("Resume", "resume_tuning")
_USE, _CHECKPOINTS = Button("Use here", "use_tuned"), Button("Checkpoints", "tuning_checkpoints")
_PAUSABLE = {"queued", "running", "validating_files"}


class Shown(msgspec.Struct, frozen=True):
    """The work of an answer that shows a job, for its buttons."""

    job: str


def buttons(training: Training) -> Buttons:
    """What can be done with it as it stands."""
    if training.ended:
        use = (_USE, _CHECKPOINTS) if training.job.fine_tuned_model else ()
        return Buttons((*use, _EVENTS))
    turn = _RESUME if training.status == "paused" else _PAUSE
    turns = (turn,) if training.status in {*_PAUSABLE, "paused"} else ()
    return Buttons((_CANCEL, *turns, _EVENTS))


async def shown(services: Services, facts: Facts, watched: Watched | None) -> list[Part]:
    """The card, with the chart and the buttons of a fine-tune."""
    job = job_of(facts)
    kind = KINDS["fine_tune" if isinstance(facts, Training) else "batch"]
    cost = (await services.ledger.of_jobs([job.id])).get(job.id)
    over = not facts.ended and watched is not None and await _over(services, watched)
    name = watched.name if watched else (job.metadata or {}).get("name", "")
    parts: list[Part] = [kind.card(facts, name, cost=money(cost), over=over)]
    if isinstance(facts, Training):
        if facts.points:
            parts.append(await drawn(facts, name))
        parts.append(buttons(facts))
    return parts


async def drawn(training: Training, name: str) -> Image:
    title = f"Loss of {name or training.job.id}"
    picture = await asyncio.to_thread(chart.draw, training.points, title)
    return Image("loss.png", picture, chart.described(training.points), key="chart")


async def _over(services: Services, watched: Watched) -> bool:
    """A budget of who pays is used up."""
    statement = await services.ledger.statement(watched.author.id, watched.place.payer)
    return any(balance.spent >= limit.amount for limit, balance in statement.budgets)


class Saying:
    """The two commands by which the watch speaks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def card(self, run: Run) -> Reply:
        watched, facts = await self._known(run)
        if watched and facts:
            for part in await shown(self._services, facts, watched):
                yield part

    async def ended(self, run: Run) -> Reply:
        """The one notice at the end."""
        watched, facts = await self._known(run)
        if watched is None:
            return
        if facts is None or not facts.ended:
            yield forgotten_card(watched)
            return
        more, cost = KINDS[watched.kind].ended, ""
        if isinstance(facts, Training):
            await self._services.works.keep(run, Shown(watched.id))
            cost = money((await self._services.ledger.of_jobs([watched.id])).get(watched.id))
            yield buttons(facts)
        yield ended_card(watched, job_of(facts), cost)
        if more:
            async with aclosing(more(self._services, facts, watched)) as parts:
                async for part in parts:
                    yield part

    async def _known(self, run: Run) -> tuple[Watched | None, Facts | None]:
        """None: nobody watches it any more, so nobody wants to hear of it."""
        id_ = str(run.event.values["job"]) if isinstance(run.event, Invocation) else ""
        watched = await self._services.jobs.get(id_)
        if not (watched and watched.facts):
            return watched, None
        return watched, KINDS[watched.kind].read(watched.facts)


async def known(services: Services, id_: str) -> tuple[Facts, Watched | None]:
    """A fine-tuning job as it stands now, and the watch of it. Raises OpenAIError."""
    watched = await services.jobs.get(id_)
    kind = KINDS["fine_tune"]
    before = kind.read(watched.facts) if watched and watched.facts else None
    return await kind.look(services.openai, id_, before), watched


async def job_of_button(services: Services, run: Run) -> str:
    """The id of the job that the pressed button stands below. Raises Refused."""
    of = run.event.of if isinstance(run.event, Invocation) else ""
    if work := await services.works.of(of, Shown):
        return work.job
    if watched := await services.jobs.of_delivery(of):
        return watched.id
    raise Refused("Parley keeps what a card was about for 30 days, and no longer knows this one. "
                  "`/finetune show` shows a job anew.")  # fmt: skip
