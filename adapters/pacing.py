"""How often we write to a platform: newest state only, never faster than the platform allows."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakValueDictionary

from bot.parts import Button, Card, Media, Notice
from bot.screen import Screen

AGAIN = 5.0  # seconds; a model draws a picture over and over, and each upload is some calls
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


class Versions:
    """Of pictures and files that are replaced soon, those that are worth an upload: the first, the
    newest `again` seconds after one was shown, and the last.
    """

    def __init__(self, again: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._again = again
        self._clock = clock
        self._shown: dict[str, tuple[Media, float]] = {}  # by the part's key, and when
        self.due: float | None = None  # seconds until one that is held back may be shown

    def of(self, frame: Frame) -> Frame:
        """The frame with the versions that may be shown now."""
        self.due = None
        if frame.done:
            return frame
        return frame._replace(media=tuple(map(self._of, frame.media)))

    def shown(self, media: Sequence[Media]) -> None:
        now = self._clock()
        self._shown = {each.key: (each, self._since(each, now)) for each in media}

    def _since(self, media: Media, now: float) -> float:
        before, at = self._shown.get(media.key, (None, now))
        return at if before is media else now

    def _of(self, newest: Media) -> Media:
        shown, at = self._shown.get(newest.key, (newest, 0.0))
        if shown is newest or (wait := at + self._again - self._clock()) <= 0:
            return newest
        self.due = min(wait, self.due or wait)
        return shown


async def frames(screen: Screen, pace: Pace, again: float = 0.0) -> AsyncGenerator[Frame, None]:
    """Each new state of the screen, when the pace has a turn for it; what came and went between
    two turns is dropped, the last state never is. Signs before the first words take no turn.
    `again`: seconds until a picture or file gives way to its next version.
    """
    last: Frame | None = None
    versions = Versions(again)
    while last is None or not last.done:
        await _news(screen, versions.due)
        if last is None:
            await _words_soon(screen)
        if versions.of(_frame(screen)) == last:
            continue  # it changed while a turn was waited for, and was shown with it
        if screen.visible or screen.done:
            await pace.turn()
        last = versions.of(_frame(screen))
        yield last
        versions.shown(last.media)


async def _news(screen: Screen, due: float | None) -> None:
    """A change, or that what is held back has become due."""
    with suppress(TimeoutError):
        async with asyncio.timeout(due):
            await screen.changed()


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
