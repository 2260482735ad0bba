"""What a person has used, and what is left of the budgets. For their eyes only."""

from collections.abc import Iterable, Sequence
from functools import partial

from bot.commands import Command, Option
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.spending.budgets import Limit
from bot.spending.ledger import Ledger, Statement
from bot.spending.money import dollars
from bot.storage.ledger import Balance, Total


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "usage",
        "What you have used today and this month, and what is left of your budget",
        partial(_usage, services.ledger),
        options=(Option("scope", "Whose usage to show", choices=("me",)),),
        private=True,
    )


async def _usage(ledger: Ledger, run: Run) -> Reply:
    author, place = run.event.author, run.event.place
    statement = await ledger.statement(author.id, place.payer, place.channel_key, author.roles)
    yield Text(report(statement))


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
