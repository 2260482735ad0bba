"""When an answer may write: Slack counts the edits of a whole workspace together."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypedDict, Unpack

from adapters.pacing import Pace
from bot.screen import Screen

EDIT = 1.2  # seconds between two edits in a workspace (chat.update: 50 a minute)
APPEND = 0.6  # seconds between two appends in a workspace (chat.appendStream: 100 a minute)


class Time(TypedDict):
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


class Turns(Pace):
    """The first words wait for nobody, edits wait for `room` beside those of the workspace's other
    answers, and the end comes as soon as its own message can take it.
    """

    def __init__(
        self,
        screen: Screen,
        interval: float,
        room: Callable[[], Awaitable[None]],
        **time: Unpack[Time],
    ) -> None:
        super().__init__(interval, **time)
        self._screen = screen
        self._room = room
        self._first = True

    async def turn(self) -> None:
        await super().turn()
        if not self._first and not self._screen.done:
            await self._room_or_end()
        self._first = False

    async def _room_or_end(self) -> None:
        both = [asyncio.ensure_future(self._room()), asyncio.create_task(self._end())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _end(self) -> None:
        """What this takes from `changed` is on the screen that is read after the turn."""
        while not self._screen.done:
            await self._screen.changed()
