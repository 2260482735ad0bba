"""How much Discord takes, and how often."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

MESSAGE = 2000  # characters
FILE = 10 << 20  # bytes, where nobody boosts the server
BOOSTED = {2: 50 << 20, 3: 100 << 20}  # by the server's level
REQUEST = 24 << 20  # bytes of files in one message: 25 MiB are taken, all told
FILES = 10  # in one message
ALT = 1024  # characters
NAME = 100  # characters of a file's name; ours
ROW, ROWS = 5, 5  # buttons in a row, rows in a message
LABEL = 80
WAVEFORM = 256  # amplitudes


class Window:
    """At most `most` turns in any second, first come first served: above 50 requests Discord
    refuses them all for a while, whatever they were about.
    """

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._turns: deque[float] = deque(maxlen=most)
        self._clock = clock
        self._sleep = sleep
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        async with self._queue:
            while len(self._turns) == self._turns.maxlen and (wait := self._wait()) > 0:
                await self._sleep(wait)
            self._turns.append(self._clock())

    def _wait(self) -> float:
        return self._turns[0] + 1.0 - self._clock()


class Locks:
    """One lock a key, for as long as somebody holds it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __getitem__(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())
