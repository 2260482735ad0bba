"""How much of a rate limit is left: as the server's headers say, or as the operator states it."""

import math
import re
from collections import deque

import msgspec

from bot.openai.errors import Headers
from bot.openai.standing import Level

MINUTE, DAY = 60.0, 86_400.0
_SLOTS = 60  # of a window; what is taken within one of them is one number
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")


class Limits(msgspec.Struct, frozen=True):
    """An operator's tier, of each model; None: no limit."""

    rpm: int | None = None  # requests a minute
    rpd: int | None = None  # requests a day
    tpm: int | None = None  # tokens a minute
    tpd: int | None = None  # tokens a day
    ipm: int | None = None  # images a minute


class Window:
    """At most `limit` in any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: deque[tuple[float, int]] = deque()  # when it is free again, how much
        self._sum = 0

    def wait(self, amount: int, now: float) -> float:
        """Seconds until this much can be taken; more than the limit counts as the limit."""
        self._forget(now)
        over = self._sum + min(amount, self._limit) - self._limit
        if over <= 0:
            return 0.0
        for free, taken in self._taken:
            over -= taken
            if over <= 0:
                return free - now
        raise AssertionError  # the sum is that of the slots

    def level(self, kind: str, now: float) -> Level:
        self._forget(now)
        return Level(kind, self._seconds, self._limit - self._sum, self._limit)

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0][0] <= now:
            self._sum -= self._taken.popleft()[1]

    def take(self, amount: int, now: float) -> None:
        slot = self._seconds / _SLOTS
        free = (now // slot + 1) * slot + self._seconds
        amount = min(amount, self._limit)
        self._sum += amount
        if self._taken and self._taken[-1][0] == free:
            amount += self._taken.pop()[1]
        self._taken.append((free, amount))


class Bucket:
    """What a server says is left: it fills up evenly until it is full, as OpenAI's does."""

    def __init__(self, limit: int, remaining: int, reset: float, now: float) -> None:
        """`reset`: the seconds until it is full."""
        self._limit = max(limit, remaining, 1)
        self._level = float(remaining)
        missing = self._limit - remaining
        self._rate = missing / reset if missing and reset else self._limit / MINUTE
        self._at = now

    def wait(self, amount: int, now: float) -> float:
        missing = min(amount, self._limit) - self._filled(now)
        return max(0.0, missing / self._rate)

    def take(self, amount: int, now: float) -> None:
        self._level = self._filled(now) - min(amount, self._limit)
        self._at = now

    def level(self, kind: str, now: float) -> Level:
        return Level(kind, 0.0, max(0, int(self._filled(now))), self._limit)

    def _filled(self, now: float) -> float:
        return min(self._limit, self._level + (now - self._at) * self._rate)


def told(headers: Headers, kind: str, now: float) -> Bucket | None:
    """What the headers say of this kind, `requests` or `tokens`; None: nothing of use."""
    limit, remaining = (_count(headers, name, kind) for name in ("limit", "remaining"))
    reset = seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))
    if limit is None or remaining is None or reset is None:
        return None
    return Bucket(limit, remaining, reset, now)


def _count(headers: Headers, name: str, kind: str) -> int | None:
    text = headers.get(f"x-ratelimit-{name}-{kind}", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None  # noqa: PLR2004  more than any limit


def seconds(span: str) -> float | None:
    """`6m0s`, `20s`, `5ms`, and plain seconds; None for anything else."""
    parts = _SPAN.findall(span)
    if parts and "".join(number + unit for number, unit in parts) == span:
        return _finite(sum(float(number) * _UNITS[unit] for number, unit in parts))
    try:
        return _finite(float(span))
    except ValueError:
        return None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) and number >= 0 else None
