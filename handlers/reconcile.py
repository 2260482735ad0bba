"""/reconcile: our ledger against the provider's own books."""

import time
from collections.abc import Callable, Iterable
from functools import partial

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import File, Reply, Status, Text
from bot.reports.periods import OPTIONS, chosen
from bot.reports.reconciling import NO_KEY, UTC, drifts, table, told
from bot.run import Run
from bot.services import Services


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "reconcile",
        "Compare what Parley booked with what the provider did",
        partial(_reconcile, services, time.time),
        (*OPTIONS, Option("project", "With this project alone: proj_…")),
        access="admin",
        private=True,
    )


async def _reconcile(services: Services, now: Callable[[], float], run: Run) -> Reply:
    if services.organization is None:
        raise Refused(NO_KEY)
    values = run.event.values if isinstance(run.event, Invocation) else {}
    # Days are the provider's, so those of UTC.
    period = chosen(values, now(), UTC)
    yield Status("Asking the provider…")
    project = str(values.get("project", ""))
    found = await drifts(services.reports, services.organization, period, project)
    yield Text(told(found, period))
    if found:
        name = f"reconciled-{period.first}-{period.last}.csv"
        yield File(name, table(found).encode("utf-8-sig"), key="table")
