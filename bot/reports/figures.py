"""What was used in some days, by person, channel, model, capability and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.reports.naming import Names
from bot.reports.periods import Period, day_of
from bot.spending.money import MICROS, dollars
from bot.storage.reports import DIMENSIONS, Dimension, Reports, Sums

TOP = 10  # shown one by one
TITLES: Mapping[Dimension, str] = {
    "author": "person", "channel": "channel", "model": "model", "capability": "capability",
    "day": "day",
}  # fmt: skip
OTHERS = {"author": "others", "channel": "other channels", "model": "other models",
          "capability": "other capabilities"}  # fmt: skip


class Row(NamedTuple):
    name: str  # plain
    sums: Sums


@dataclass(frozen=True)
class Figures:
    period: Period
    sum: Sums
    by: Mapping[Dimension, Sequence[Row]]  # the dearest first; days in order, each of the period
    days: Mapping[date, Sums]
    first: date | None  # of which anything is known

    @property
    def in_money(self) -> bool:
        """Whether money says more than the number of calls."""
        return self.sum.spent > 0

    def size(self, sums: Sums) -> float:
        return sums.spent / MICROS if self.in_money else float(sums.calls)


async def figures(reports: Reports, names: Names, workspace: str, period: Period) -> Figures:
    totals = await reports.totals(workspace, period.span)
    first = await reports.first_day(workspace)
    zone = period.zone
    told = {day_of(int(day), zone): sums for day, sums in totals["day"].items()}
    days = {day: told.get(day, Sums()) for day in period.days}
    whole = Sums()
    for sums in told.values():
        whole += sums
    by: dict[Dimension, Sequence[Row]] = {
        name: await _rows(names, name, totals[name]) for name in DIMENSIONS if name != "day"
    }
    by["day"] = [Row(f"{day:%a} {day.day} {day:%b}", sums) for day, sums in days.items()]
    return Figures(period, whole, by, days, None if first is None else day_of(first, zone))


async def _rows(names: Names, dimension: Dimension, found: Mapping[str, Sums]) -> list[Row]:
    """The first ten, and the rest together."""
    keys = list(found)
    shown = keys if len(keys) <= TOP + 1 else keys[:TOP]
    called = await names.of(dimension, shown)
    rows = [Row(called[key], found[key]) for key in shown]
    if others := keys[len(shown) :]:
        rest = Sums()
        for key in others:
            rest += found[key]
        rows.append(Row(f"{len(others)} {OTHERS[dimension]}", rest))
    return rows


def money(sums: Sums) -> str:
    """`$1.20`, `at least $1.20`, `price not known`."""
    if not sums.unpriced:
        return dollars(_short(sums.spent))
    return "price not known" if not sums.spent else f"at least {dollars(_short(sums.spent))}"


def _short(amount: int) -> int:
    """No digits that nobody reads: cents, and three digits of what is less than ten of them."""
    return round(amount, -4 if amount >= MICROS // 10 else 3 - len(str(amount)))
