"""How often we write to a platform: newest state only, never faster than the platform allows."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakValueDictionary

from bot.parts import Button, Card, Media, Notice
from bot.screen import Screen

SIGN_AFTER = 0.05  # seconds; who is answered sooner needs no sign that Parley is at work


class Frame(NamedTuple):
    """What a Screen looked like at one moment. `done`: it is the last one."""

    text: str = ""
    status: str = ""
    notices: tuple[Notice, ...] = ()
    buttons: tuple[Button, ...] = ()
    feedback: bool = False
    cards: tuple[Card, ...] = ()
    media: tuple[Media, ...] = ()
    withdrawn: bool = False
    done: bool = False


class Pace:
    """At most one turn every `interval` seconds, first come first served, over all who share it."""

    def __init__(
        self,
        interval: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._free = clock()
        self._queue = asyncio.Lock()

    def hold(self, seconds: float) -> None:
        """No turn for so long: the platform said 429."""
        self._free = max(self._free, self._clock() + seconds)

    async def turn(self) -> None:
        async with self._queue:
            while (wait := self._free - self._clock()) > 0:
                await self._sleep(wait)
            self._free = self._clock() + self._interval


class Paces:
    """One Pace a channel (or whatever the platform counts by), for as long as somebody holds it."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._paces: WeakValueDictionary[str, Pace] = WeakValueDictionary()

    def __getitem__(self, key: str) -> Pace:
        return self._paces.setdefault(key, Pace(self._interval))


async def frames(screen: Screen, pace: Pace) -> AsyncGenerator[Frame, None]:
    """Each new state of the screen, when the pace has a turn for it; what came and went between
    two turns is dropped, the last state never is. Signs before the first words take no turn.
    """
    last: Frame | None = None
    while last is None or not last.done:
        await screen.changed()
        if last is None:
            await _words_soon(screen)
        if _frame(screen) == last:
            continue  # it changed while a turn was waited for, and was shown with it
        if screen.visible or screen.done:
            await pace.turn()
        last = _frame(screen)
        yield last


async def _words_soon(screen: Screen) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(SIGN_AFTER):
            while not (screen.visible or screen.done):
                await screen.changed()


def _frame(screen: Screen) -> Frame:
    return Frame(
        screen.text, screen.status, screen.notices, screen.buttons, screen.feedback,
        screen.cards, screen.media, screen.withdrawn, screen.done,
    )  # fmt: skip
