"""Figures as people read them. Bold lines and lists only: Discord has no tables."""

from collections.abc import Iterable, Sequence

from bot.reports.figures import TITLES, Figures, Row, money
from bot.reports.periods import written
from bot.storage.reports import Dimension, Sums


def summary(figures: Figures) -> str:
    """What it came to, and what to know of that."""
    lines = [f"**Usage, {figures.period}**", _total(figures)]
    return "\n".join([*lines, *caveats(figures.sum)])


def _total(figures: Figures) -> str:
    if figures.sum.calls:
        return f"{money(figures.sum)} in {calls(figures.sum.calls)}."
    if figures.first is None:
        return "Nothing has been used yet."
    if figures.period.last < figures.first:
        return f"Nothing: Parley's records begin on {written(figures.first)}."
    return "Nothing was used."


def section(figures: Figures, dimension: Dimension, most: int | None = None) -> str:
    rows = [row for row in figures.by[dimension] if row.sums.calls][:most]
    if not rows:
        return ""
    heading = f"**By {TITLES[dimension]}**"
    return "\n".join([heading, *(_line(figures, row) for row in rows)])


def sections(figures: Figures, names: Iterable[Dimension], most: int | None = None) -> str:
    found = (section(figures, name, most) for name in names)
    return "\n\n".join(text for text in found if text)


def _line(figures: Figures, row: Row) -> str:
    whole = figures.size(figures.sum)
    share = f"{figures.size(row.sums) / whole:.0%}, " if whole else ""
    return f"- {row.name}: {money(row.sums)} ({share}{units(row.sums)})"


def units(sums: Sums) -> str:
    told = (
        (sums.tokens_in + sums.tokens_out, "token", ""),
        (sums.pictures, "picture", ""),
        (sums.seconds, "second", " heard"),
        (sums.characters, "character", " spoken"),
    )
    parts = [
        calls(sums.calls),
        *(_number(number, unit) + how for number, unit, how in told if number),
    ]
    return ", ".join(parts)


def calls(number: int) -> str:
    return _number(number, "call")


def _number(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def caveats(sums: Sums) -> Sequence[str]:
    lines = []
    if sums.unpriced:
        lines.append(f"The price of {calls(sums.unpriced)} is not known; the sums leave it out.")
    if sums.estimated:
        lines.append(f"{calls(sums.estimated)} had no exact bill; that part is an estimate.")
    return lines


def change(now: Sums, before: Sums) -> str:
    """`12% more than the week before ($3.20)`."""
    if not before.spent:
        return "Nothing was spent in the week before."
    part = now.spent / before.spent - 1
    told = f"The week before it was {money(before)}"
    if abs(part) < 0.005:  # noqa: PLR2004  half a percent
        return f"{told}: the same."
    return f"{told}: this is {abs(part):,.0%} {'more' if part > 0 else 'less'}."
