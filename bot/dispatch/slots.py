"""How many recovered turns may run at once: few at first, more as they succeed. A process that is
killed again and again must not call the model for everything that it finds (R2 of the goals).
"""

import asyncio
from contextlib import suppress
from types import TracebackType


class Slots:
    def __init__(self, first: int = 4, most: int = 32) -> None:
        self._size = first
        self._most = most
        self._free = asyncio.Semaphore(first)

    async def pass_by(self, patience: float) -> None:
        """Wait behind those that wait, but no more than so many seconds. Takes no slot."""
        if self._free.locked():
            with suppress(TimeoutError):
                async with asyncio.timeout(patience), self._free:
                    pass

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._free.release()
        if kind is None and self._size < self._most:
            self._size += 1
            self._free.release()
