"""What was asked for a moment ago is not asked for at each key that somebody presses."""

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lately(Generic[T]):
    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._known: tuple[float, T] | None = None

    async def __call__(self) -> T:
        if self._known and self._clock() < self._known[0] + self._seconds:
            return self._known[1]
        found = await self._ask()
        self._known = (self._clock(), found)
        return found

    def forget(self) -> None:
        """Something has changed."""
        self._known = None
