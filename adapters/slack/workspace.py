"""What all answers in one workspace share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from adapters.pacing import Pace
from adapters.slack.calls import Calls
from adapters.slack.limits import Limits
from adapters.slack.streaming import Streaming, suits
from adapters.slack.turns import APPEND, EDIT, Time, Turns
from bot.ports import Delivery
from bot.screen import Screen


@dataclass
class Workspace:
    """`edit` and `append`: seconds between two of them, of one answer and of all together.
    `share`: how much of Slack's limits is ours, where several processes are one app.
    """

    web: AsyncWebClient
    edit: float = EDIT
    append: float = APPEND
    share: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    streaming: Streaming = field(default_factory=Streaming)
    shows_status: bool = True  # as far as we know
    has_sessions: bool = True
    asks_natively: bool = True  # with feedback buttons of Slack's own
    describes: bool = True  # pictures, for those who cannot see them
    sessions: int = 0  # of the agent, that are open
    editing: int = 0  # answers under way, each of which ends with an edit

    def __post_init__(self) -> None:
        self._time: Time = {"clock": self.clock, "sleep": self.sleep}
        self.limits = Limits(self.share, **self._time)
        self.calls = Calls(self.web, self.limits)
        longer = max(1.0, 1 / self.share)
        self._edits = Pace(self.edit * longer, **self._time)
        self._appends = Pace(self.append * longer, **self._time)

    def turns(self, delivery: Delivery, screen: Screen) -> Turns:
        """For one answer."""
        if suits(delivery) and not self.streaming.refused:
            return Turns(screen, self.append, self._appends.turn, **self._time)
        return Turns(screen, self.edit, self._spared, **self._time)

    async def _spared(self) -> None:
        """An edit that leaves room for the ends of all answers under way."""
        await self._edits.turn()
        await self.limits.room("chat.update", kept=self.editing)
