from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spending.windows import reset, start

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Africa/Cairo",
         "Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati",
         "Australia/Lord_Howe")  # fmt: skip


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("window", "now", "begins", "ends"),
    [
        ("hour", "2026-11-23T12:34+01:00", "2026-11-23T12:00+01:00", "2026-11-23T13:00+01:00"),
        ("hour", "2026-03-29T01:59+01:00", "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"),
        ("hour", "2026-10-25T02:30+02:00", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"),
        ("hour", "2026-10-25T02:30+01:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"),
        ("day", "2026-11-23T12:00+01:00", "2026-11-23T00:00+01:00", "2026-11-24T00:00+01:00"),
        ("day", "2026-03-29T12:00+02:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("day", "2026-10-25T12:00+01:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
        ("month", "2026-03-31T23:59+02:00", "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        ("month", "2026-12-31T23:59+01:00", "2026-12-01T00:00+01:00", "2027-01-01T00:00+01:00"),
        ("month", "2028-02-29T05:00+01:00", "2028-02-01T00:00+01:00", "2028-03-01T00:00+01:00"),
    ],
)
def test_windows_begin_at_local_midnight_also_where_clocks_change(window, now, begins, ends):
    berlin = ZoneInfo("Europe/Berlin")
    assert start(window, at(now), berlin) == at(begins)
    assert reset(window, at(now), berlin) == at(ends)


def test_a_day_without_a_midnight_begins_when_its_first_hour_does():
    cairo = ZoneInfo("Africa/Cairo")  # 24 April 2026 began at 01:00
    assert start("day", at("2026-04-24T12:00+03:00"), cairo) == at("2026-04-24T01:00+03:00")


def test_a_day_that_never_was_is_skipped():
    apia = ZoneInfo("Pacific/Apia")  # there was no 30 December 2011
    assert reset("day", at("2011-12-29T12:00-10:00"), apia) == at("2011-12-31T00:00+14:00")


def test_an_hour_begins_at_the_full_hour_of_the_clock_on_the_wall():
    kathmandu = ZoneInfo("Asia/Kathmandu")
    assert start("hour", at("2026-11-23T12:34+05:45"), kathmandu) == at("2026-11-23T12:00+05:45")


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ("2026-04-05T01:50+11:00", "2026-04-05T01:00+11:00", "2026-04-05T01:30+10:30"),
        ("2026-04-05T01:50+10:30", "2026-04-05T01:30+10:30", "2026-04-05T02:00+10:30"),
        ("2026-10-04T01:50+10:30", "2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00"),
        ("2026-10-04T02:50+11:00", "2026-10-04T02:30+11:00", "2026-10-04T03:00+11:00"),
    ],
)
def test_where_clocks_change_by_half_an_hour_the_pieces_are_hours(now, begins, ends):
    island = ZoneInfo("Australia/Lord_Howe")
    assert start("hour", at(now), island) == at(begins)
    assert reset("hour", at(now), island) == at(ends)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["hour", "day", "month"]),
    st.floats(at("2000-01-01T00:00Z"), at("2060-01-01T00:00Z")),
)
def test_every_moment_is_in_one_window_and_the_next_begins_where_it_ends(name, window, now):
    zone = ZoneInfo(name)
    begins, ends = start(window, now, zone), reset(window, now, zone)
    assert begins <= now < ends
    assert start(window, ends - 1, zone) == begins
    assert start(window, ends, zone) == ends
