"""Requests near a rate limit queue, a person after the other, instead of failing."""

import asyncio
import logging
from collections import OrderedDict, deque
from contextlib import suppress

from bot.openai.calls import Call
from bot.openai.errors import Headers, LimitReached, OpenAIError, RateLimited
from bot.openai.limits import DAY, MINUTE, Bucket, Limits, Window, told
from bot.openai.retry import FIRST_WAIT, Clock, asked_for
from bot.openai.standing import PaceStanding

log = logging.getLogger(__name__)

SHORTEST = 0.001  # seconds; what is left of a wait after rounding


class _Waiter:
    def __init__(self, call: Call, deadline: float) -> None:
        self.call = call
        self.deadline = deadline
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Queue:
    """First come, first served for each person, and the persons in turns."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[_Waiter]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, waiter: _Waiter) -> None:
        self._lines.setdefault(waiter.call.person, deque()).append(waiter)

    def first(self) -> _Waiter:
        return next(iter(self._lines.values()))[0]

    def remove(self, waiter: _Waiter) -> None:
        """This person's next one comes after everybody else's."""
        person = waiter.call.person
        line = self._lines.get(person, deque())
        with suppress(ValueError):
            line.remove(waiter)
        if not line:
            self._lines.pop(person, None)
        elif waiter.turn.done() and not waiter.turn.cancelled():
            self._lines.move_to_end(person)


class Pace:
    """Of one model at one provider."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        stated = (
            ("requests", limits.rpm, MINUTE), ("requests", limits.rpd, DAY),
            ("tokens", limits.tpm, MINUTE), ("tokens", limits.tpd, DAY),
            ("images", limits.ipm, MINUTE),
        )  # fmt: skip
        self._windows = [(kind, Window(most, span)) for kind, most, span in stated if most]
        self._buckets: dict[str, Bucket] = {}
        self._closed = 0.0  # until then the server wants nothing, of clock.now
        self._queue = Queue()
        self._pump: asyncio.Task[None] | None = None

    async def turn(self, call: Call, deadline: float) -> None:
        """Wait until the limits allow this call. Raises LimitReached where that is too late."""
        if not self._queue and not self._wait(call):
            self._take(call)
            return
        waiter = _Waiter(call, deadline)
        self._queue.add(waiter)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())
        try:
            await waiter.turn
        except asyncio.CancelledError:
            self._queue.remove(waiter)
            raise

    def standing(self, model: str) -> PaceStanding:
        now = self._clock.now()
        levels = [window.level(kind, now) for kind, window in self._windows]
        levels += [bucket.level(kind, now) for kind, bucket in self._buckets.items()]
        return PaceStanding(model, levels, len(self._queue), max(0.0, self._closed - now))

    def answered(self, headers: Headers) -> None:
        now = self._clock.now()
        for kind in ("requests", "tokens"):
            if bucket := told(headers, kind, now):
                self._buckets[kind] = bucket

    def failed(self, error: OpenAIError) -> None:
        self.answered(error.headers)
        if isinstance(error, RateLimited):
            asked = asked_for(error.headers, self._clock.wall())
            pause = FIRST_WAIT if asked is None else asked
            self._closed = max(self._closed, self._clock.now() + pause)

    async def aclose(self) -> None:
        if self._pump:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
        self._dissolve()  # a task that is cancelled before it begins runs no line

    async def _serve(self) -> None:
        try:
            while self._queue:
                await self._next()
        finally:
            self._dissolve()

    def _dissolve(self) -> None:
        while self._queue:
            self._leave(self._queue.first(), LimitReached("nobody serves the queue any more"))

    async def _next(self) -> None:
        waiter = self._queue.first()
        seconds = self._wait(waiter.call)
        if self._clock.now() + seconds >= waiter.deadline:
            self._leave(waiter, _too_late(waiter.call, seconds))
        elif seconds:
            log.info("%s: waits %.1f s for the rate limit", waiter.call, seconds)
            await self._clock.sleep(max(seconds, SHORTEST))
        else:
            self._take(waiter.call)
            self._leave(waiter)

    def _leave(self, waiter: _Waiter, error: LimitReached | None = None) -> None:
        if not waiter.turn.done():
            if error:
                waiter.turn.set_exception(error)
            else:
                waiter.turn.set_result(None)
        self._queue.remove(waiter)

    def _wait(self, call: Call) -> float:
        now = self._clock.now()
        amounts = _amounts(call)
        waits = [self._closed - now]
        waits += [window.wait(amounts[kind], now) for kind, window in self._windows]
        waits += [bucket.wait(amounts[kind], now) for kind, bucket in self._buckets.items()]
        return max(0.0, *waits)

    def _take(self, call: Call) -> None:
        now = self._clock.now()
        amounts = _amounts(call)
        for kind, window in self._windows:
            window.take(amounts[kind], now)
        for kind, bucket in self._buckets.items():
            bucket.take(amounts[kind], now)


def _amounts(call: Call) -> dict[str, int]:
    return {"requests": 1, "tokens": call.tokens, "images": call.images}


def _too_late(call: Call, seconds: float) -> LimitReached:
    when = f"{round(seconds / 60):,} minutes" if seconds > 90 else f"{round(seconds)} seconds"  # noqa: PLR2004  a minute and a half
    return LimitReached(
        f"{call} would wait {seconds:.0f} s",
        sentence=f"The provider's limit for {call.model or 'this'} is used up for the next {when}. "
        "Please ask again then.",
    )
