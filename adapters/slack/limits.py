"""Slack's rate limits, kept rather than hit. https://docs.slack.dev/apis/web-api/rate-limits

Slack counts each method over a workspace, and posts by channel. Who goes on after a 429 risks more
than waiting: it hides posts silently ("Due to a high volume of activity …").
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

TIER_2, TIER_3, TIER_4 = 20, 50, 100  # calls a minute
A_MINUTE: Mapping[str, int] = {
    "agents.sessions.setStatus": TIER_3,  # not published; what is like it has this
    "assistant.threads.setStatus": TIER_4,  # "special", not published
    "chat.appendStream": TIER_4,
    "chat.delete": TIER_3,
    "chat.getPermalink": TIER_4,  # "special", not published
    "chat.postEphemeral": TIER_4,
    "chat.startStream": TIER_2,
    "chat.stopStream": TIER_2,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.delete": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "reactions.add": TIER_3,
    "usergroups.list": TIER_2,
    "users.info": TIER_4,
}
POST = "chat.postMessage"
# One a second and channel, with bursts: people measured a bucket of 25 that leaks one a second.
# https://github.com/RamblingCookieMonster/PSSlack/issues/52
BURST, LEAKS_IN = 20, 20.0
_MINUTE = 61.0  # seconds; one more than Slack counts, for what calls take on their way
_MOST_CHANNELS = 1_000  # whose posts are counted at a time


class Window:
    """At most `most` calls in any `seconds`, first come first served."""

    def __init__(self, most: int, seconds: float) -> None:
        self.queue = asyncio.Lock()
        self._most = most
        self._seconds = seconds
        self._calls: deque[float] = deque()
        self._held = 0.0

    def wait(self, now: float, kept: int = 0) -> float:
        """Seconds until there is room for a call, and for `kept` more."""
        while self._calls and self._calls[0] <= now - self._seconds:
            self._calls.popleft()
        most = max(1, self._most - kept)
        free = self._calls[-most] + self._seconds if len(self._calls) >= most else now
        return max(free, self._held) - now

    def is_idle(self, now: float) -> bool:
        return self.wait(now, self._most - 1) <= 0 and not self.queue.locked()

    def take(self, now: float) -> None:
        self._calls.append(now)

    def hold(self, until: float) -> None:
        """Slack said 429."""
        self._held = max(self._held, until)


class Limits:
    """Of one workspace. `share`: how much of them is ours, of several processes of one app."""

    def __init__(
        self,
        share: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[str, Window] = {}

    async def turn(self, method: str, channel: str = "") -> None:
        """Wait until a call is within the limits; it counts from now on."""
        window = self._window(method, channel)
        async with window.queue:
            while (wait := window.wait(self._clock())) > 0:
                await self._sleep(wait)
            window.take(self._clock())

    async def room(self, method: str, kept: int) -> None:
        """Wait until there is room for a call beside `kept` others, which matter more."""
        window = self._window(method, "")
        while (wait := window.wait(self._clock(), kept)) > 0:
            await self._sleep(wait)

    def has_room(self, method: str, kept: int = 0) -> bool:
        """For what is not worth a wait."""
        return self._window(method, "").wait(self._clock(), kept) <= 0

    def hold(self, method: str, channel: str, seconds: float) -> None:
        self._window(method, channel).hold(self._clock() + seconds)

    def _window(self, method: str, channel: str) -> Window:
        key = f"{method} {channel}" if method == POST else method
        if key not in self._windows:
            self._forget_idle()
            self._windows[key] = self._new(method)
        return self._windows[key]

    def _new(self, method: str) -> Window:
        if method == POST:
            return Window(self._ours(BURST), LEAKS_IN)
        return Window(self._ours(A_MINUTE.get(method, TIER_4)), _MINUTE)

    def _ours(self, most: int) -> int:
        return max(1, int(most * self._share))

    def _forget_idle(self) -> None:
        if len(self._windows) > _MOST_CHANNELS:
            now = self._clock()
            self._windows = {k: w for k, w in self._windows.items() if not w.is_idle(now)}
