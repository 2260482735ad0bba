"""Rate limits: a token bucket of requests and one of tokens for each key and model, and the
`x-ratelimit-*` headers that tell where they stand.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from sandbox.errors import APIError

MINUTE = 60.0
KEPT = 1000  # buckets; the one unused for longest is full again and goes

Clock = Callable[[], float]


class Bucket:
    """Holds a minute's allowance and fills evenly."""

    def __init__(self, a_minute: int, clock: Clock) -> None:
        self.limit = a_minute
        self._clock = clock
        self._level = float(a_minute)
        self._at = clock()

    def _fill(self) -> float:
        now = self._clock()
        self._level = min(self.limit, self._level + (now - self._at) * self.limit / MINUTE)
        self._at = now
        return self._level

    def wait(self, amount: int) -> float:
        """Seconds until `amount` is there; 0.0: it is now."""
        return max(0.0, (amount - self._fill()) * MINUTE / self.limit)

    def take(self, amount: int) -> None:
        self._level = self._fill() - amount

    @property
    def remaining(self) -> int:
        return max(0, int(self._fill()))

    @property
    def reset(self) -> float:
        """Seconds until it is full."""
        return (self.limit - self._fill()) * MINUTE / self.limit


@dataclass
class Limits:
    requests: int = 10_000  # a minute
    tokens: int = 2_000_000  # a minute
    clock: Clock = time.monotonic
    _buckets: OrderedDict[tuple[str, str], dict[str, Bucket]] = field(default_factory=OrderedDict)

    def admit(self, key: str, model: str, tokens: int) -> dict[str, str]:
        """The headers of what is left. Raises APIError 429."""
        buckets = self._of(key, model)
        wanted = {"requests": 1, "tokens": tokens}
        for unit, bucket in buckets.items():
            if wanted[unit] > bucket.limit:
                raise _too_large(model, bucket, wanted[unit])
            if wait := bucket.wait(wanted[unit]):
                raise _reached(model, unit, bucket, wanted[unit], wait, _headers(buckets))
        for unit, bucket in buckets.items():
            bucket.take(wanted[unit])
        return _headers(buckets)

    def _of(self, key: str, model: str) -> dict[str, Bucket]:
        buckets = self._buckets.setdefault(
            (key, model),
            {
                "requests": Bucket(self.requests, self.clock),
                "tokens": Bucket(self.tokens, self.clock),
            },
        )
        self._buckets.move_to_end((key, model))
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        return buckets


def _headers(buckets: dict[str, Bucket]) -> dict[str, str]:
    headers = {}
    for unit, bucket in buckets.items():
        headers[f"x-ratelimit-limit-{unit}"] = str(bucket.limit)
        headers[f"x-ratelimit-remaining-{unit}"] = str(bucket.remaining)
        headers[f"x-ratelimit-reset-{unit}"] = duration(bucket.reset)
    return headers


def duration(seconds: float) -> str:
    """As OpenAI writes it: `5ms`, `1.2s`, `6m0s`."""
    thousandths = ceil(seconds * 1000)
    if thousandths < 1000:  # noqa: PLR2004  milliseconds in a second
        return f"{thousandths}ms"
    minutes, rest = divmod(thousandths, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{minutes}m{text}s" if minutes else f"{text}s"


def _reached(  # noqa: PLR0913, PLR0917  OpenAI's sentence names them all
    model: str, unit: str, bucket: Bucket, wanted: int, wait: float, headers: dict[str, str]
) -> APIError:
    short = "RPM" if unit == "requests" else "TPM"
    text = (
        f"Rate limit reached for {model} in organization org-sandbox on {unit} per min ({short}): "
        f"Limit {bucket.limit}, Used {bucket.limit - bucket.remaining}, Requested {wanted}. "
        f"Please try again in {duration(wait)}."
    )
    told = {"retry-after": str(ceil(wait)), "retry-after-ms": str(ceil(wait * 1000))}
    return APIError(429, text, code="rate_limit_exceeded", kind=unit, headers=headers | told)


def _too_large(model: str, bucket: Bucket, wanted: int) -> APIError:
    text = (
        f"Request too large for {model} in organization org-sandbox on tokens per min (TPM): "
        f"Limit {bucket.limit}, Requested {wanted}. The input or output tokens must be reduced in "
        "order to run successfully."
    )
    return APIError(429, text, code="rate_limit_exceeded", kind="tokens")
