"""The fake Discord's rate limits: a bucket a route and channel, and one over all."""

import math
import re
import time
from dataclasses import dataclass, field
from zlib import crc32

from tests.fakes.discord_body import ApiError

_UNCOUNTED = ("/webhooks/", "/interactions/")


def limited(seconds: float, *, via: bool, everything: bool = False, code: int = 0) -> ApiError:
    error = ApiError(429, code, "You are being rate limited.")
    error.body |= {"retry_after": seconds, "global": everything}
    error.body["_headers"] = {"Retry-After": str(seconds)} | ({"Via": "1.1 google"} if via else {})
    return error


@dataclass
class Bucket:
    most: int
    seconds: float
    ends: float = 0.0
    used: int = 0

    def take(self) -> bool:
        now = time.monotonic()
        if now >= self.ends:
            self.ends, self.used = now + self.seconds, 0
        self.used += 1
        return self.used <= self.most

    @property
    def left(self) -> float:
        """Seconds, in whole milliseconds and never too few."""
        return math.ceil(max(self.ends - time.monotonic(), 0.0) * 1000) / 1000


@dataclass
class Limits:
    """`most` writes in `seconds` to a channel by one route, `overall` requests in any second (as
    long as `second`). `refused` counts the 429s.
    """

    most: int = 5
    seconds: float = 5.0
    overall: int = 50
    second: float = 1.0
    refused: int = 0
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _times: list[float] = field(default_factory=list)

    def check(self, method: str, path: str) -> dict[str, str]:
        """The headers that tell of the limit. Raises a 429."""
        if method == "GET":
            return {}
        if not path.startswith(_UNCOUNTED):
            self._check_overall()
        _, kind, major, *rest = path.split("/")
        route = f"{method} {kind} {[re.sub('^[0-9]+$', '*', part) for part in rest]}"
        bucket = self._buckets.setdefault(f"{route} {major}", Bucket(self.most, self.seconds))
        if not bucket.take():
            self.refused += 1
            raise limited(bucket.left, via=True)
        return {
            "X-RateLimit-Bucket": f"{crc32(route.encode()):08x}",
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(self.most - bucket.used),
            "X-RateLimit-Reset-After": f"{bucket.left:.3f}",
            "X-RateLimit-Reset": f"{time.time() + bucket.left:.3f}",
        }

    def _check_overall(self) -> None:
        now = time.monotonic()
        self._times = [at for at in self._times if now - at < self.second]
        if len(self._times) >= self.overall:
            self.refused += 1
            raise limited(self.second, via=True, everything=True)
        self._times.append(now)
