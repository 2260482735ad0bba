"""/moderation simulate: what other thresholds would have done in the last days."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation
from bot.moderating import chart
from bot.moderating.kinds import KINDS
from bot.moderating.policy import ACTIONS, USUAL, Match, Policy
from bot.moderating.simulating import Simulation, simulate
from bot.parts import Image, Reply, Status, Text
from bot.run import Run
from bot.services import Services
from bot.storage.moderation import Judged

DAY = 86_400.0
DAYS = 7
MOST = 100_000  # messages
ALL = "all"


def setup(services: Services) -> Iterable[Command]:
    kept = services.settings.moderation.kept_days
    yield Command(
        "moderation simulate",
        "What other thresholds would have done here; nothing is changed",
        Simulator(services).simulate,
        (
            Option("category", "Of what", choices=(*KINDS, ALL)),
            Option("threshold", "From this score on", float, minimum=0, maximum=1),
            Option("action", "What is done then", choices=ACTIONS),
            Option("days", f"How far back; {DAYS} if you do not say", int, minimum=1,
                   maximum=kept),
        ),
        access="admin",
    )  # fmt: skip


class Simulator:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.moderation

    async def simulate(self, run: Run) -> Reply:
        yield Status("Counting…")
        values = run.event.values if isinstance(run.event, Invocation) else {}
        channel, days = run.event.place.channel_key, int(str(values.get("days", DAYS)))
        judged = await self._store.since(channel, time.time() - days * DAY, MOST)
        if not judged:
            raise Refused(f"No message of this channel was judged in the last {days} days.")
        now = (await self._store.version(channel)).policy
        then = _changed(now, values)
        found = await asyncio.to_thread(simulate, judged, now, then)
        yield Text("\n\n".join((_head(found, days), _table(found), *await self._examples(found))))
        title = f"Flagged messages of the last {days} days ({found.total:,} judged)"
        picture = await asyncio.to_thread(chart.draw, found, title)
        yield Image("simulation.png", picture, _alt(found))

    async def _examples(self, found: Simulation) -> Sequence[str]:
        """By link, as their words are not kept."""
        lines = [await self._example(judged, match) for judged, match in found.examples]
        return ["What would change, for example:\n" + "\n".join(lines)] if lines else []

    async def _example(self, judged: Judged, match: Match | None) -> str:
        adapter = self._services.adapters.get(judged.place.platform)
        link = await adapter.order.link(judged.place, judged.source) if adapter else ""
        named = f"[a message]({link})" if link else f"message `{judged.source}`"
        now = judged.action or "nothing"
        then = f"{match.action} ({match.category} {match.score:.2f})" if match else "nothing"
        return f"- {named}: {now} then, {then} by this"


def _changed(policy: Policy, values: Mapping[str, object]) -> Policy:
    """With what was said of the rules; with nothing said it is the policy itself."""
    category = str(values.get("category", ALL))
    for name in KINDS if category == ALL else (category,):
        rule = policy.rules.get(name, USUAL)
        threshold = values.get("threshold", rule.threshold)
        action = values.get("action", rule.action)
        policy = policy.changed(name, replace(rule, threshold=threshold, action=action))
    return policy


def _head(found: Simulation, days: int) -> str:
    now, then = found.now.total(), found.then.total()
    return (
        f"Of **{found.total:,}** messages of the last {days} days, the policy of now flags "
        f"**{now:,}**, and this one would flag **{then:,}**. Nothing was changed."
    )


def _table(found: Simulation) -> str:
    rows = [f"| {name} | {action} | {now:,} | {then:,} |" for name, action, now, then in found.rows]
    return "\n".join(("| category | action | now | simulated |", "|---|---|---|---|", *rows))


def _alt(found: Simulation) -> str:
    rows = [f"{name} ({action}): {now} now, {then} simulated"
            for name, action, now, then in found.rows]  # fmt: skip
    return "Flagged messages by category. " + "; ".join(rows or ["None, now or simulated"])
