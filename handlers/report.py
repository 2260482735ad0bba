"""A weekly report to a channel: `/report weekly here` has it come, once a week."""

import calendar
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import msgspec

from bot.chores import Chore
from bot.commands import Command, Option
from bot.events import Invocation, Place
from bot.parts import Reply, Text
from bot.ports import PARLEY
from bot.reports.making import Making
from bot.reports.periods import DAY, day_of, week_before
from bot.reports.words import change, sections, summary
from bot.run import Run
from bot.services import Services
from bot.storage.reports import Dimension
from bot.storage.weekly import Weekly

DAYS = tuple(calendar.day_name)
DIMENSIONS: tuple[Dimension, ...] = ("author", "channel", "model", "capability")
TOP = 5
PAUSE = 60.0  # seconds between looks at the clock


def setup(services: Services) -> Iterable[Command | Chore]:
    yield from WeeklyReport(services, time.time).declared()


class WeeklyReport:
    """`now`: seconds since 1970."""

    def __init__(self, services: Services, now: Callable[[], float]) -> None:
        self._kept = services.weekly
        self._announce = services.announce
        self._making = Making(services, now)
        self._zone = self._making.zone
        self._now = now

    def declared(self) -> Iterable[Command | Chore]:
        yield Command(
            "report weekly",
            "Have a report of what was used come to this channel each week, or no more",
            self.choose,
            (
                Option("where", "In this channel, or nowhere", choices=("here", "off")),
                Option("day", "Of the week; Monday if you do not say", choices=DAYS),
                Option("hour", "Of the day; 9 if you do not say", int, minimum=0, maximum=23),
            ),
            access="admin",
            private=True,
        )
        yield Command(
            "weekly_report", "The report of a week", self.say,
            (Option("until", "The day after its last", required=True),), access="parley",
        )  # fmt: skip
        yield Chore("weekly report", self.look, PAUSE)

    async def choose(self, run: Run) -> Reply:
        event = run.event
        if not isinstance(event, Invocation):
            raise TypeError("report is a command")
        workspace, where = event.place.payer, event.values.get("where", "")
        if where == "off":
            gone = await self._kept.delete(workspace)
            yield Text("No weekly report comes any more." if gone else "No weekly report was set.")
            return
        if where == "here" or event.values:
            day = DAYS.index(str(event.values.get("day", DAYS[0])))
            hour = int(str(event.values.get("hour", 9)))
            place = msgspec.structs.replace(event.place, thread="")
            await self._kept.put(Weekly(place, day, hour, self._now()))
        yield Text(await self._state(workspace, event.place))

    async def _state(self, workspace: str, here: Place) -> str:
        found = [one for one in await self._kept.all() if one.place.payer == workspace]
        if not found:
            return "No weekly report is set. `/report weekly here` has it come to this channel."
        (one,) = found
        where = "to this channel" if one.place.channel_key == here.channel_key else (
            "to another channel")  # fmt: skip
        return (
            f"The weekly report comes {where} on {DAYS[one.day]} at {one.hour}:00 "
            f"({self._zone.key}). `/report weekly off` ends it."
        )

    async def look(self) -> None:
        """After a long absence there is one report, the last."""
        for one in await self._kept.all():
            at = due(one, self._now(), self._zone)
            year, week, _ = day_of(at, self._zone).isocalendar()
            name = f"{year}-W{week:02}"
            if at >= one.since and one.said != name:
                values = {"until": day_of(at, self._zone).isoformat()}
                await self._announce(
                    f"report:{one.place.payer}:{name}", "weekly_report", author=PARLEY,
                    place=one.place, values=values,
                )  # fmt: skip
                await self._kept.said(one.place.payer, name)

    async def say(self, run: Run) -> Reply:
        event = run.event
        if not isinstance(event, Invocation):
            raise TypeError("a report is announced")
        workspace = event.place.payer
        until = date.fromisoformat(str(event.values["until"]))
        period = week_before(until, self._zone)
        figures = await self._making.figures(workspace, period)
        before = await self._making.sum(workspace, period.before)
        words = f"{summary(figures)}\n{change(figures.sum, before)}"
        yield Text("\n\n".join(filter(None, (words, sections(figures, DIMENSIONS, TOP)))))
        if figures.sum.calls:
            yield await self._making.chart(figures)
            yield await self._making.table(workspace, period)


def due(weekly: Weekly, now: float, zone: ZoneInfo) -> int:
    """The last time that it was to come, UTC seconds; not later than now."""
    today = day_of(now, zone)
    day = today - timedelta(days=(today.weekday() - weekly.day) % 7)
    at = _at(day, weekly.hour, zone)
    return at if at <= now else _at(day - 7 * DAY, weekly.hour, zone)


def _at(day: date, hour: int, zone: ZoneInfo) -> int:
    # Where clocks skip this hour, PEP 495 makes it the same moment by the time before the skip.
    return int(datetime.combine(day, clock(hour), zone).timestamp())
