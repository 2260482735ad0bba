"""What is under way: answers, calls and jobs. What was said in them is not shown."""

import time
from collections.abc import Callable, Sequence

from aiohttp import web

from bot.admin import naming
from bot.admin.elements import HTML, Content
from bot.admin.page import section, sign, table
from bot.jobs.cards import lasting, told
from bot.jobs.cards import money as cost_of
from bot.jobs.kinds import KINDS
from bot.reports.naming import Names
from bot.services import Services
from bot.spending.money import dollars
from bot.storage.jobs import Watched
from bot.storage.under_way import Calling, Turn, UnderWay

MOST = 50  # of each
_PROCESSES = {"this": "here", "another": "in another process", "none": "waits for a process"}


class Work:
    """`now`: seconds since 1970."""

    def __init__(
        self, services: Services, under_way: UnderWay, names: Names,
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._services = services
        self._under_way = under_way
        self._names = names
        self._now = now

    async def show(self, _request: web.Request) -> Content:
        numbers = await self._under_way.numbers()
        turns = await self._under_way.turns(MOST)
        calls = await self._under_way.calls(MOST)
        jobs = await self._services.jobs.under_way()
        held = f"{dollars(numbers.reserved)} is held for calls and jobs."
        return (
            section("Answers", await self._turns(turns), note=_of(len(turns), numbers.turns)),
            section(
                "Calls", await self._calls(calls), note=f"{_of(len(calls), numbers.calls)} {held}"
            ),
            section("Jobs", await self._jobs(jobs[:MOST]), note=_of(len(jobs[:MOST]), len(jobs))),
        )

    async def _turns(self, turns: Sequence[Turn]) -> HTML:
        people = await naming.people(self._names, [turn.author for turn in turns])
        places = await naming.channels(self._names, [turn.place for turn in turns])
        rows = [
            (_what(turn), people[turn.author.id], places[turn.place.channel_key],
             self._since(turn.at), _state(turn))
            for turn in turns
        ]  # fmt: skip
        return table(("What", "Who", "Where", "For", "State"), rows, "Nothing is being answered.")

    async def _calls(self, calls: Sequence[Calling]) -> HTML:
        people = await self._names.of("author", list({call.author: None for call in calls}))
        rows = [
            (call.capability.replace("_", " "), call.model, people[call.author],
             self._since(call.started), dollars(call.reserved))
            for call in calls
        ]  # fmt: skip
        return table(("What", "Model", "Who", "For", "Held"), rows, "No call is under way.")

    async def _jobs(self, jobs: Sequence[Watched]) -> HTML:
        costs = await self._services.ledger.of_jobs([job.id for job in jobs])
        people = await naming.people(self._names, [job.author for job in jobs])
        places = await naming.channels(self._names, [job.place for job in jobs])
        rows = [
            (job.name or job.id, KINDS[job.kind].noun, _status(job), people[job.author.id],
             places[job.place.channel_key], self._since(job.began), cost_of(costs.get(job.id)))
            for job in jobs
        ]  # fmt: skip
        head = ("Job", "Kind", "State", "Who", "Where", "For", "Cost")
        return table(head, rows, "Parley watches no job.")

    def _since(self, at: float) -> str:
        return lasting(max(0.0, self._now() - at))


def _of(shown: int, number: int) -> str:
    if not number:
        return ""
    return f"The oldest {shown} of {number:,}." if shown < number else f"{number:,} in all."


def _what(turn: Turn) -> str:
    if turn.by_itself:
        return f"by itself: {turn.what.replace('_', ' ')}"
    known = {"message": "a message", "deleted": "a deletion", "stop": "a stop"}
    return known.get(turn.what, f"/{turn.what}")


def _state(turn: Turn) -> HTML:
    again = f", attempt {turn.attempt}" if turn.attempt > 1 else ""
    kind = "wait" if turn.process == "none" or again else "good"
    return sign(kind, _PROCESSES[turn.process] + again)


def _status(job: Watched) -> HTML:
    if job.missing_since:
        return sign("bad", "the provider does not know it just now")
    facts = KINDS[job.kind].read(job.facts) if job.facts else None
    return sign("good" if facts else "wait", told(facts.status) if facts else "Just begun")
