"""When an hour, a day and a month of a budget begin, in the workspace's time zone."""

from bisect import bisect
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.storage.balances import Window

HOUR = 3_600  # seconds


def start(window: Window, now: float, zone: ZoneInfo) -> int:
    """UTC seconds of the beginning of the window that `now` is in."""
    if window == "hour":
        return _hour(int(now), zone)[0]
    return _midnight(_first(window, now, zone), zone)


def reset(window: Window, now: float, zone: ZoneInfo) -> int:
    """UTC seconds of the beginning of the next window."""
    if window == "hour":
        return _hour(int(now), zone)[1]
    first = _first(window, now, zone)
    if window == "day":
        return _midnight(first + timedelta(days=1), zone)
    return _midnight((first + timedelta(days=32)).replace(day=1), zone)


def _hour(now: int, zone: ZoneInfo) -> tuple[int, int]:
    """An hour of the clock on the wall. The one that is there twice in autumn is two; where the
    clock is set by half an hour (Lord Howe), the part before and the part after are one each.
    """
    begins = now - (now + _past(now, zone)) % HOUR
    ends = begins + HOUR
    steps = range(begins, ends)
    if _past(begins, zone) != _past(now, zone):
        begins += bisect(steps, False, key=lambda at: _past(at, zone) == _past(now, zone))
    elif _past(ends - 1, zone) != _past(now, zone):
        ends = begins + bisect(steps, False, key=lambda at: _past(at, zone) != _past(now, zone))
    return begins, ends


def _past(now: int, zone: ZoneInfo) -> int:
    """How far the zone's clock is ahead of UTC's, without whole hours."""
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    return int(offset.total_seconds()) % HOUR if offset else 0


def _first(window: Window, now: float, zone: ZoneInfo) -> date:
    # Whole seconds, as fromtimestamp would round the last part of one into the next day.
    day = datetime.fromtimestamp(int(now), zone).date()
    return day if window == "day" else day.replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    # Where clocks skip midnight (Cairo, Beirut), PEP 495 makes this the moment of the skip.
    return int(datetime.combine(day, time(), zone).timestamp())
