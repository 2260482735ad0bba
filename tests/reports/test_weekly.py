"""The weekly report, by a clock that can be moved."""

from datetime import datetime

import pytest

from bot.chores import Chore
from bot.events import Place
from bot.storage.weekly import Weekly
from handlers.report import WeeklyReport, due
from tests.reports.desk import BERLIN, HERE, reports_desk, shown


class Announced:
    def __init__(self):
        self.said = {}

    async def accept(self, event):
        duplicate = event.id in self.said
        self.said.setdefault(event.id, event)
        return "duplicate" if duplicate else "accepted"


async def set_up(desk, *moment, **values):
    heard = Announced()
    desk.services.announce.accept = heard.accept
    weekly = WeeklyReport(desk.services, desk.time)
    desk.time.at(*moment)
    await choose(weekly, desk, where="here", **values)
    return weekly, heard.said


async def choose(weekly, desk, place=HERE, **values):
    run = desk.run("report weekly", place, **values)
    return (await shown(weekly.choose(run))).text


async def at(weekly, desk, *moment):
    desk.time.at(*moment)
    await weekly.look()


async def test_it_comes_once_a_week_at_its_hour_in_the_workspaces_time(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 11, 24, 10)
        for day, hour, minute in ((29, 23, 59), (30, 8, 59)):
            await at(weekly, desk, 2026, 11, day, hour, minute)
            assert not said
        for minute in range(3):
            await at(weekly, desk, 2026, 11, 30, 9, minute)
        (event,) = said.values()
        await at(weekly, desk, 2026, 12, 6, 23)
        await at(weekly, desk, 2026, 12, 7, 9)
    assert event.id == "parley:report:slack:T1:2026-W49"
    assert event.place == HERE
    assert event.values == {"until": "2026-11-30"}
    assert list(said)[1:] == ["parley:report:slack:T1:2026-W50"]


async def test_after_a_long_absence_it_comes_once(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 11, 24, 10)
        await at(weekly, desk, 2026, 12, 30, 12)
        await at(weekly, desk, 2026, 12, 30, 13)
    assert [event.values["until"] for event in said.values()] == ["2026-12-28"]


async def test_what_was_missed_before_it_was_set_up_does_not_come(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 11, 30, 9, 30)
        await at(weekly, desk, 2026, 12, 6, 12)
    assert not said


async def test_a_crash_between_saying_and_writing_that_down_says_it_once(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 11, 24, 10)
        await at(weekly, desk, 2026, 11, 30, 9)
        await desk.services.weekly.said("slack:T1", "")
        await at(weekly, desk, 2026, 11, 30, 9, 1)
    assert len(said) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 12, 28, 9), (2026, 12, 28, 9)),  # the last week of a year with 53
        ((2027, 1, 3, 23, 59), (2026, 12, 28, 9)),
        ((2027, 1, 4, 9), (2027, 1, 4, 9)),
        ((2027, 1, 4, 8, 59), (2026, 12, 28, 9)),
        ((2026, 3, 30, 9), (2026, 3, 30, 9)),  # the clocks changed the night before
        ((2026, 10, 26, 8, 59), (2026, 10, 19, 9)),
        ((2026, 10, 26, 9), (2026, 10, 26, 9)),
    ],
)
async def test_year_ends_and_clock_changes_move_nothing(now, expected):
    weekly = Weekly(Place("slack", "T1", "C1"), 0, 9, 0)
    moment = datetime(*now, tzinfo=BERLIN).timestamp()
    assert datetime.fromtimestamp(due(weekly, moment, BERLIN), BERLIN) == datetime(
        *expected, tzinfo=BERLIN
    )


async def test_an_hour_that_the_clocks_skip_comes_all_the_same(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 3, 25, 10, day="Sunday", hour=2)
        await at(weekly, desk, 2026, 3, 29, 3, 1)
        await at(weekly, desk, 2026, 3, 29, 4)
        assert len(said) == 1
        await at(weekly, desk, 2026, 10, 25, 2, 30)
        await at(weekly, desk, 2026, 10, 25, 4)
    assert len(said) == 2


async def test_the_year_has_53_weeks_and_each_is_said(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 12, 22, 10)
        for moment in ((2026, 12, 28, 9), (2027, 1, 4, 9), (2027, 1, 11, 9)):
            await at(weekly, desk, *moment)
    assert [name[-8:] for name in said] == ["2026-W53", "2027-W01", "2027-W02"]


async def test_it_can_be_moved_looked_at_and_ended(tmp_path):
    async with reports_desk(tmp_path) as desk:
        weekly, said = await set_up(desk, 2026, 11, 24, 10)
        moved = await choose(weekly, desk, where="here", day="Friday", hour=16)
        assert moved == ("The weekly report comes to this channel on Friday at 16:00 "
                         "(Europe/Berlin). `/report weekly off` ends it.")  # fmt: skip
        elsewhere = Place("slack", "T1", "C2")
        assert "to another channel" in await choose(weekly, desk, elsewhere)
        assert await choose(weekly, desk, where="off") == "No weekly report comes any more."
        assert await choose(weekly, desk, where="off") == "No weekly report was set."
        assert "No weekly report is set." in await choose(weekly, desk)
        await at(weekly, desk, 2026, 12, 30, 12)
    assert not said


async def test_it_says_what_changed_and_has_chart_and_table(tmp_path):
    async with reports_desk(tmp_path) as desk:
        await desk.known(ADA="Ada")
        await desk.book(2026, 11, 18, 12, cost=1_000_000)
        await desk.book(2026, 11, 25, 12, cost=1_500_000)
        await desk.book(2026, 11, 30, 1, cost=9_000_000)
        weekly = WeeklyReport(desk.services, desk.time)
        screen = await shown(weekly.say(desk.run("weekly_report", until="2026-11-30")))
        quiet = await shown(weekly.say(desk.run("weekly_report", until="2026-12-21")))
    assert screen.text.startswith(
        "**Usage, 23 to 29 November 2026**\n"
        "$1.50 in 1 call.\n"
        "The week before it was $1.00: this is 50% more.\n\n"
        "**By person**\n"
        "- Ada: $1.50 (100%, 1 call, 150 tokens)\n\n"
    )
    assert len(screen.media) == 2
    assert quiet.text == ("**Usage, 14 to 20 December 2026**\nNothing was used.\n"
                          "Nothing was spent in the week before.")  # fmt: skip
    assert not quiet.media


async def test_who_may_and_what_says_it(tmp_path):
    async with reports_desk(tmp_path) as desk:
        declared = list(WeeklyReport(desk.services, desk.time).declared())
    choosing, saying, chore = declared
    assert (choosing.access, saying.access) == ("admin", "parley")
    assert isinstance(chore, Chore)
