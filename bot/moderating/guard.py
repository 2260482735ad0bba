"""What one answer is about to use, and whether it may."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.moderating.judge import Input


class Guard:
    """Each input is judged once, beside whatever else is done. `allow` raises Refused."""

    def __init__(self, allow: Callable[[Input], Awaitable[None]]) -> None:
        self._allow = allow
        self._checks: dict[Input, asyncio.Task[None]] = {}
        self.changed: Callable[[], None] = lambda: None  # called when a verdict is there

    def check(self, *inputs: Input) -> None:
        """Begin; `cleared` tells how it ended."""
        for one in inputs:
            if one not in self._checks:
                task = asyncio.create_task(self._judge(one), name="moderation of an input")
                self._checks[one] = task
                task.add_done_callback(lambda _: self.changed())

    async def cleared(self) -> None:
        """Once all that was checked is known to be harmless. Raises Refused."""
        while pending := [task for task in self._checks.values() if not task.done()]:
            await asyncio.wait(pending)
            self.refuse()
        self.refuse()

    def refuse(self) -> None:
        """Raises Refused if something is known to be harmful."""
        for task in self._checks.values():
            if task.done() and not task.cancelled():
                task.result()

    async def aclose(self) -> None:
        for task in self._checks.values():
            task.cancel()
        await asyncio.gather(*self._checks.values(), return_exceptions=True)

    async def _judge(self, one: Input) -> None:
        await self._allow(one)
