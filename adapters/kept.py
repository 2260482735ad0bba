"""What a platform said a moment ago, so that it is not asked for each message and each passage."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

log = logging.getLogger(__name__)
_MOST = 10_000  # answers


class Kept(Generic[Key, Value]):
    """Answers of `ask`, each good for `seconds`. However many want one, it is asked for once, by
    a task that `close` ends.
    """

    def __init__(
        self,
        ask: Callable[[Key], Awaitable[Value]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._known: dict[Key, tuple[float, Value]] = {}
        self._asking: dict[Key, asyncio.Task[Value]] = {}

    async def get(self, key: Key) -> Value:
        """At most `seconds` old. Raises what `ask` raises."""
        if self._is_fresh(key):
            return self._known[key][1]
        return await asyncio.shield(self._asked(key))

    async def soon(self, key: Key, patience: float, default: Value) -> Value:
        """What is known already, however old, while it is asked for anew; where nothing is, it is
        waited for so long.
        """
        if not self._is_fresh(key):
            asking = self._asked(key)
            if key not in self._known:
                await asyncio.wait([asking], timeout=patience)
        return self._known[key][1] if key in self._known else default

    def known(self, key: Key) -> Value | None:
        """However old, while it is asked for anew; None where nothing is."""
        if key not in self._known:
            return None
        if not self._is_fresh(key):
            self._asked(key)
        return self._known[key][1]

    async def close(self) -> None:
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_fresh(self, key: Key) -> bool:
        return key in self._known and self._clock() - self._known[key][0] < self._seconds

    def _asked(self, key: Key) -> asyncio.Task[Value]:
        if key not in self._asking:
            task = self._asking[key] = asyncio.create_task(self._find(key))
            task.add_done_callback(lambda task: self._done(key, task))
        return self._asking[key]

    async def _find(self, key: Key) -> Value:
        at = self._clock()
        value = await self._ask(key)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = at, value
        return value

    def _done(self, key: Key, task: asyncio.Task[Value]) -> None:
        del self._asking[key]
        if not task.cancelled() and (error := task.exception()):
            log.info("not known: %r", error)  # raised, too, where somebody waits for it
