"""A clock for what takes minutes."""

import asyncio
import heapq
import itertools

QUIET = 40  # turns of the loop in which nothing is asked of Slack: all sleep


class Clock:
    """Time that passes only while nobody has anything to do, as of `slack` and its clients."""

    def __init__(self, slack):
        self.now = 1_800_000_000.0
        self._slack = slack
        self._sleepers = []
        self._count = itertools.count()

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._count), awake))
        await awake

    async def run(self):
        """Until cancelled."""
        while True:
            asked = self._slack.requests.total()
            for _ in range(QUIET):
                await asyncio.sleep(0)
            if self._sleepers and asked == self._slack.requests.total():
                until, _, awake = heapq.heappop(self._sleepers)
                if not awake.done():
                    self.now = max(self.now, until)
                    awake.set_result(None)
