"""When a day and a month of a budget begin, in the workspace's time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.storage.ledger import Window


def start(window: Window, now: float, zone: ZoneInfo) -> int:
    """UTC seconds of the beginning of the window that `now` is in."""
    return _midnight(_first(window, now, zone), zone)


def reset(window: Window, now: float, zone: ZoneInfo) -> int:
    """UTC seconds of the beginning of the next window."""
    first = _first(window, now, zone)
    if window == "day":
        return _midnight(first + timedelta(days=1), zone)
    return _midnight((first + timedelta(days=32)).replace(day=1), zone)


def _first(window: Window, now: float, zone: ZoneInfo) -> date:
    # Whole seconds, as fromtimestamp would round the last part of one into the next day.
    day = datetime.fromtimestamp(int(now), zone).date()
    return day if window == "day" else day.replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    # Where clocks skip midnight (Cairo, Beirut), PEP 495 makes this the moment of the skip.
    return int(datetime.combine(day, time(), zone).timestamp())
