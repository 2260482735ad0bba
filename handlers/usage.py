"""What was used: by a person, for their eyes only, and by all of the team, for admins."""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bot.commands import Command, Option
from bot.events import Invocation, Value
from bot.parts import Reply, Text
from bot.reports.making import Making
from bot.reports.periods import OPTIONS
from bot.reports.words import section, sections, summary
from bot.run import Run
from bot.services import Services
from bot.spending.budgets import Limit
from bot.spending.ledger import Ledger, Statement
from bot.spending.money import dollars
from bot.storage.ledger import Balance, Total
from bot.storage.reports import DIMENSIONS, Dimension

MOST_DAYS = 14  # in words
_BY: Mapping[str, Dimension] = {
    "person": "author", "channel": "channel", "model": "model", "capability": "capability",
    "day": "day",
}  # fmt: skip


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "usage me",
        "What you have used today and this month, and what is left of your budget",
        partial(_usage, services.ledger),
        private=True,
        usual=True,
        tool=True,
    )
    making = Making(services, time.time)
    yield Command(
        "usage team",
        "What the team has used, by person or otherwise",
        partial(_team, making),
        (*OPTIONS, Option("by", "By what; by person if you do not say", choices=tuple(_BY))),
        access="admin",
        tool=True,
        private=True,
    )
    yield Command(
        "usage report",
        "All that the team has used, with a chart and a table as CSV",
        partial(_report, making),
        OPTIONS,
        access="admin",
        private=True,
    )


async def _usage(ledger: Ledger, run: Run) -> Reply:
    author, place = run.event.author, run.event.place
    statement = await ledger.statement(author.id, place.payer, place.channel_key, author.roles)
    yield Text(report(statement))


async def _team(making: Making, run: Run) -> Reply:
    values = _values(run)
    period, by = making.period(values), _BY[str(values.get("by", "person"))]
    figures = await making.figures(run.event.place.payer, period)
    yield Text("\n\n".join(filter(None, (summary(figures), section(figures, by)))))


async def _report(making: Making, run: Run) -> Reply:
    workspace, period = run.event.place.payer, making.period(_values(run))
    figures = await making.figures(workspace, period)
    told = DIMENSIONS if len(figures.days) <= MOST_DAYS else DIMENSIONS[:-1]  # the chart has them
    yield Text("\n\n".join(filter(None, (summary(figures), sections(figures, told)))))
    if figures.sum.calls:
        yield await making.chart(figures)
        yield await making.table(workspace, period)


def _values(run: Run) -> Mapping[str, Value]:
    return run.event.values if isinstance(run.event, Invocation) else {}


def report(statement: Statement) -> str:
    """Bold lines and lists only: Discord has no tables."""
    sections = (
        _spent("Today", statement.today),
        _spent("This month", statement.month),
        _left(statement.budgets),
        _caveats(statement.month),
    )
    return "\n\n".join(section for section in sections if section)


def _spent(title: str, totals: Sequence[Total]) -> str:
    if not totals:
        return f"**{title}**: nothing used."
    return "\n".join([f"**{title}**: {_money(totals)}", *map(_line, totals)])


def _line(total: Total) -> str:
    units = (
        (total.tokens_in, "tokens read"),
        (total.tokens_out, "written"),
        (total.pictures, "painted"),
        (total.characters, "characters spoken"),
        (total.seconds, "seconds heard"),
    )
    told = [_calls(total.calls), *(f"{number:,} {unit}" for number, unit in units if number)]
    return f"- {total.capability.replace('_', ' ')}: {_money([total])} ({', '.join(told)})"


def _money(totals: Sequence[Total]) -> str:
    spent = dollars(sum(total.spent for total in totals))
    unpriced = sum(total.unpriced for total in totals)
    if not unpriced:
        return spent
    everything = sum(total.calls for total in totals)
    return "price not known" if unpriced == everything else f"at least {spent}"


def _left(budgets: Sequence[tuple[Limit, Balance]]) -> str:
    if not budgets:
        return "No budget is set, so there is no limit."
    lines = [
        f"- {limit.left(balance)} of {limit.name}; it starts again {limit.resets}"
        for limit, balance in budgets
    ]
    return "\n".join(["**Left**", *lines])


def _caveats(totals: Sequence[Total]) -> str:
    unpriced = sum(total.unpriced for total in totals)
    estimated = sum(total.estimated for total in totals)
    lines = []
    if unpriced:
        lines.append(f"The price of {_calls(unpriced)} is not known; the sums leave it out.")
    if estimated:
        lines.append(f"{_calls(estimated)} had no exact bill (cut off, or without a price), so the "
                     "cost is an estimate.")  # fmt: skip
    return "\n".join(lines)


def _calls(number: int) -> str:
    return f"{number:,} call" if number == 1 else f"{number:,} calls"
