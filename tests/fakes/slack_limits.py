"""Slack's rate limits. https://docs.slack.dev/apis/web-api/rate-limits"""

from collections import defaultdict, deque
from collections.abc import Callable

TIERS = {  # calls a minute
    "apps.connections.open": 60, "chat.update": 50, "chat.delete": 50, "chat.startStream": 20,
    "chat.stopStream": 20, "chat.appendStream": 100, "conversations.replies": 50,
    "conversations.history": 50, "chat.postEphemeral": 100, "conversations.open": 50,
    "files.getUploadURLExternal": 100, "files.completeUploadExternal": 100, "files.info": 100,
    "files.delete": 50, "conversations.info": 50, "conversations.members": 100,
    "users.info": 100, "usergroups.list": 20, "reactions.add": 50,
    "assistant.threads.setStatus": 100, "agents.sessions.setStatus": 50,
}  # fmt: skip
# Posts into one channel: a bucket that leaks one a second, as people measured it.
# https://github.com/RamblingCookieMonster/PSSlack/issues/52
BUCKET, LEAK = 25, 1.0


class Limited(Exception):
    """429"""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class RateLimits:
    def __init__(self, now: Callable[[], float]) -> None:
        self.hit = 0  # calls that were refused
        self._now = now
        self._used: dict[str, deque[float]] = defaultdict(deque)
        self._levels: dict[str, tuple[float, float]] = {}  # channel -> fill of its bucket, when

    def count(self, method: str, channel: str) -> None:
        try:
            if method == "chat.postMessage":
                self._fill(channel)
            elif method in TIERS:
                self._spend(method, TIERS[method], 60.0)
        except Limited:
            self.hit += 1
            raise

    def _fill(self, channel: str) -> None:
        level, at = self._levels.get(channel, (0.0, 0.0))
        level = max(0.0, level - (self._now() - at) * LEAK)
        if level > BUCKET - 1:
            raise Limited(1.0)
        self._levels[channel] = level + 1, self._now()

    def _spend(self, what: str, most: int, window: float) -> None:
        used, now = self._used[what], self._now()
        while used and used[0] <= now - window:
            used.popleft()
        if len(used) >= most:
            raise Limited(window - (now - used[0]))
        used.append(now)
