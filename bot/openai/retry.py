"""When to try again, and how long to wait before."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from bot.openai.errors import Headers, OpenAIError, QuotaSpent

ATTEMPTS = 4  # in all
FIRST_WAIT = 0.5  # seconds, doubled each time
LONGEST_WAIT = 8.0  # seconds, of our own choosing; a server may ask for more


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that a test can hold both."""

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


def wait(error: OpenAIError, attempt: int, clock: Clock) -> float | None:
    """Seconds before the next attempt; None: it would not help. `attempt` counts from 1."""
    if attempt >= ATTEMPTS or not _worth_it(error):
        return None
    backoff = min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT) * (0.5 + 0.5 * clock.random())
    asked = asked_for(error.headers, clock.wall())
    # Everybody who was refused got the same number: the jitter goes on top of it.
    return backoff if asked is None else asked + backoff / 4


def _worth_it(error: OpenAIError) -> bool:
    if isinstance(error, QuotaSpent):
        return False
    said = error.headers.get("x-should-retry", "").lower()
    return {"true": True, "false": False}.get(said, error.retried)


def asked_for(headers: Headers, wall: float) -> float | None:
    """The seconds that a server wants us to wait: `retry-after-ms`, or `retry-after` in seconds
    or as a date.
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds / unit
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - wall)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
