"""How often one person may ask."""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import aclosing

from bot.commands import Handler
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Reply
from bot.run import Run

WINDOW = 60.0  # seconds


class Throttle:
    """At most `limit` turns an author in any minute; None: as many as they like."""

    def __init__(self, limit: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._asked: dict[str, deque[float]] = defaultdict(deque)

    def __call__(self, handler: Handler) -> Handler:
        async def throttled(run: Run) -> Reply:
            if run.attempt == 1 and not _by_parley(run):  # a restart is not the asker's doing
                self._count(run.event.author.id)
            async with aclosing(handler(run)) as parts:
                async for part in parts:
                    yield part

        return throttled if self._limit else handler

    def _count(self, author: str) -> None:
        now = self._clock()
        asked = self._asked[author]
        while asked and asked[0] <= now - WINDOW:
            asked.popleft()
        if self._limit and len(asked) >= self._limit:
            wait = asked[0] + WINDOW - now
            raise Refused(
                f"You have asked {self._limit} times within a minute, which is the limit here. "
                f"Try again in {wait:.0f} s."
            )
        asked.append(now)
        self._forget_idle(now)

    def _forget_idle(self, now: float) -> None:
        idle = [a for a, times in self._asked.items() if times[-1] <= now - WINDOW]
        for author in idle:
            del self._asked[author]


def _by_parley(run: Run) -> bool:
    return isinstance(run.event, Invocation) and run.event.by == "parley"
