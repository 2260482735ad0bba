"""Between a handler and the screen: what a model says waits here until it is cleared."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

from bot.commands import Handler
from bot.errors import Refused
from bot.moderating.guard import Guard
from bot.moderating.words import FREE, Tails, length
from bot.parts import Buttons, Part, Remove, Reply, Text
from bot.run import Run

# Of the first windows, and the last of all others: a full one is judged, or one whose first word
# waited so long. A platform takes about one edit a second, so there is no use in more.
SIZES = (16, 120, 480, 1_200)  # characters
AGES = (0.02, 0.4, 1.0)  # seconds
WITHHELD = "withheld"  # the key of what is said instead of an answer


class Gate:
    """Words are judged in windows, each together with the end of the one before it, so that
    nothing hides at a seam; the first is short, so that the first word is not late. What has no
    words keeps its place among them, and waits for the verdict on what was asked.

    The handler runs in a task of its own, in which it is cancelled when it is stopped.
    """

    def __init__(
        self, run: Run, handler: Handler, guard: Guard, allow: Callable[[str], Awaitable[None]]
    ) -> None:
        self._run = run
        self._handler = handler
        self._guard = guard
        self._allow = allow  # raises Refused
        self._tails = Tails(run.shown)
        self._held: list[Part] = []
        self._length = 0  # of their words
        self._since = 0.0  # when the first of them came
        self._windows = 0
        self._quiet = asyncio.Event()  # no words wait
        self._quiet.set()
        self._hurry = False  # somebody waits for the verdict on all of it
        self._ended = False
        self._told = False  # the handler knows that it is stopped
        self._shown: set[str] = set()
        self._news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        guard.changed = self._tell

    async def cleared(self) -> None:
        """Run.cleared. Where it is harmful, whoever waits is cancelled."""
        await self._guard.cleared()
        self._hurry = True
        self._tell()
        await self._quiet.wait()
        self._hurry = False

    async def parts(self) -> Reply:
        """Raises Refused for a harmful question, and what the handler raises."""
        self._reading = asyncio.create_task(self._read(), name=f"handler of {self._run.id}")
        try:
            while window := await self._window():
                for part in window:
                    self._shown.add(part.key)
                    yield part
            await self._reading
        except _Withheld as withheld:
            await self._end()
            for part in self._instead(withheld):
                yield part
        except Refused:
            await self._end()
            if self._shown:
                yield Buttons(())
            raise
        finally:
            await self._end()

    async def _read(self) -> None:
        task = asyncio.current_task()
        try:
            async with aclosing(self._handler(self._run)) as parts:
                async for part in parts:
                    if task and task.cancelling():  # the handler took the stop and went on
                        task.uncancel()
                    self._arrived(part)
        finally:
            self._ended = True
            self._tell()

    def _arrived(self, part: Part) -> None:
        first = not self._held
        if first:
            self._since = time.monotonic()
        self._held.append(part)
        self._length += length(part)
        if self._length:
            self._quiet.clear()
        if first or self._due:  # the first sets how long it is waited for others
            self._tell()

    @property
    def _due(self) -> bool:
        """Whether something is to be shown, or judged, now."""
        if not self._held:
            return False
        return (
            self._ended
            or self._hurry
            or not length(self._held[0])
            or self._length >= self._of(SIZES)
            or self._patience <= 0
        )

    @property
    def _patience(self) -> float:
        """Seconds that the words may wait for more of them."""
        return self._since + self._of(AGES) - time.monotonic()

    def _of(self, sizes: Sequence[float]) -> float:
        return sizes[min(self._windows, len(sizes) - 1)]

    def _tell(self) -> None:
        if not self._news.done():
            self._news.set_result(None)

    async def _window(self) -> Sequence[Part]:
        """What may be shown next, once it may be; nothing at the end."""
        while not self._due:
            self._guard.refuse()
            if self._ended:
                return ()
            await self._wait(self._news, max(self._patience, 0.01) if self._held else None)
            if self._news.done():
                self._news = asyncio.get_running_loop().create_future()
        free = next((n for n, part in enumerate(self._held) if not isinstance(part, FREE)), None)
        if free != 0:
            window, self._held = self._held[:free], [] if free is None else self._held[free:]
            return window
        window, self._held, self._length = self._held, [], 0
        await self._judged(window)
        return window

    async def _judged(self, window: Sequence[Part]) -> None:
        words = self._tails.with_words(window)
        verdict = asyncio.create_task(self._verdict(words), name=f"moderation of {self._run.id}")
        try:
            while not verdict.done():
                await self._wait(verdict)
            verdict.result()
        finally:
            verdict.cancel()
        self._windows += bool(words)
        self._tails.cleared(words)
        if not self._length:
            self._quiet.set()

    async def _verdict(self, words: dict[str, str]) -> None:
        await self._guard.cleared()
        try:
            await asyncio.gather(*map(self._allow, words.values()))
        except Refused as refusal:
            raise _Withheld(refusal.sentence, str(refusal)) from refusal

    async def _wait(self, what: asyncio.Future[None], seconds: float | None = None) -> None:
        """A stop ends what the handler waits for, and not this."""
        try:
            await asyncio.wait([what], timeout=seconds)
        except asyncio.CancelledError:
            if not self._run.stopped or self._told:
                raise
            self._told = True
            self._reading.cancel()

    async def _end(self) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])

    def _instead(self, withheld: "_Withheld") -> Sequence[Part]:
        """All that was shown makes room for a sentence."""
        gone = [Remove(key) for key in sorted(self._shown)]
        return [*gone, Buttons(()), Text(withheld.sentence, WITHHELD)]


class _Withheld(Refused):
    """The answer is harmful, or nobody can tell."""
