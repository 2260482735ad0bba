"""The days that a report is about, in the workspace's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands import Option
from bot.errors import Refused
from bot.events import Value
from bot.storage.reports import Span

NAMED = ("today", "7 days", "this month", "last month")
USUAL = "this month"
LONGEST = 366  # days
DAY = timedelta(days=1)
OPTIONS = (
    Option("period", "Which days; this month if you do not say", choices=NAMED),
    Option("since", "From this day on: 2026-11-01"),
    Option("until", "Up to this day, with it: 2026-11-30"),
)


@dataclass(frozen=True)
class Period:
    first: date
    last: date
    zone: ZoneInfo
    name: str = ""  # as it was asked for

    @property
    def days(self) -> list[date]:
        number = (self.last - self.first).days + 1
        return [self.first + timedelta(days=day) for day in range(number)]

    @property
    def span(self) -> Span:
        return Span(midnight(self.first, self.zone), midnight(self.last + DAY, self.zone))

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period(self.first - (self.last - self.first) - DAY, self.first - DAY, self.zone)

    @property
    def dates(self) -> str:
        """`1 to 30 November 2026`, `28 December 2026 to 3 January 2027`, `29 November 2026`."""
        if self.first == self.last:
            return written(self.last)
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day} to {written(self.last)}"
        return f"{written(self.first)} to {written(self.last)}"

    def __str__(self) -> str:
        return f"{self.name} ({self.dates})" if self.name else self.dates


def chosen(values: Mapping[str, Value], now: float, zone: ZoneInfo) -> Period:
    """What the options ask for. Raises Refused."""
    today = day_of(now, zone)
    name = str(values.get("period", ""))
    since, until = (_date(values, option) for option in ("since", "until"))
    if not (since or until):
        return _named(name or USUAL, today, zone)
    if name:
        raise Refused("Give a `period`, or `since` and `until`, not both.")
    last = min(until or today, today)
    return _checked(Period(since or last.replace(day=1), last, zone), until or today)


def week_before(day: date, zone: ZoneInfo) -> Period:
    return Period(day - 7 * DAY, day - DAY, zone)


def day_of(at: float, zone: ZoneInfo) -> date:
    # Whole seconds, as fromtimestamp would round the last part of one into the next day.
    return datetime.fromtimestamp(int(at), zone).date()


def midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _named(name: str, today: date, zone: ZoneInfo) -> Period:
    month = today.replace(day=1)
    first, last = {
        "today": (today, today),
        "7 days": (today - 6 * DAY, today),
        "this month": (month, today),
        "last month": ((month - DAY).replace(day=1), month - DAY),
    }[name]
    return Period(first, last, zone, name)


def _date(values: Mapping[str, Value], option: str) -> date | None:
    if not (text := str(values.get(option, "")).strip()):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"`{option}` is a day like 2026-11-30; you gave “{text[:50]}”.") from None
    if found.year < 2015:  # noqa: PLR2004  when OpenAI was founded
        raise Refused(f"`{option}` is {found}, and there was nothing to pay for then.")
    return found


def _checked(period: Period, until: date) -> Period:
    if period.first > until:
        raise Refused(f"`since` ({period.first}) is after `until` ({until}): swap them.")
    if period.first > period.last:
        raise Refused(f"{written(period.first)} has not come yet.")
    if len(period.days) > LONGEST:
        raise Refused(f"That is {len(period.days):,} days; a report has at most {LONGEST}.")
    return period
