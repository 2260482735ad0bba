"""A circuit breaker: a provider that failed often in a row is left alone for a while.

https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.openai import errors
from bot.openai.retry import Clock, asked_for
from bot.openai.standing import BreakerStanding

FAILURES = 10  # in a row
PAUSE = 15.0  # seconds
LONGEST_PAUSE = 120.0  # seconds, where the provider asks for more than PAUSE
_DOWN = (errors.ConnectionFailed, errors.TimedOut, errors.ServerFailed, errors.AnswerLost)


class Breaker:
    """Closed: all go through. Open: none. Half open, after the pause: one, whose fate decides."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._opens = 0.0  # when the next one may try, of clock.now
        self._probing = False

    def standing(self, capability: str) -> BreakerStanding:
        if self._failures < FAILURES:
            return BreakerStanding(capability, "closed", self._failures, 0.0)
        left = max(0.0, self._opens - self._clock.now())
        return BreakerStanding(capability, "open" if left else "half open", self._failures, left)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Around one attempt. Raises ProviderDown."""
        probe = self._admitted()
        try:
            yield
        except errors.OpenAIError as error:
            self._learn(error)
            raise
        else:
            self._failures = 0
        finally:
            if probe:  # one that was cancelled has said nothing: the next one tries
                self._probing = False

    def _admitted(self) -> bool:
        """Whether this one is the probe."""
        if self._failures < FAILURES:
            return False
        left = self._opens - self._clock.now()
        if left > 0 or self._probing:
            raise errors.ProviderDown(f"{self._failures} failures", sentence=_sentence(left))
        self._probing = True
        return True

    def _learn(self, error: errors.OpenAIError) -> None:
        if type(error) is errors.OpenAIError:  # trouble of ours, which says nothing
            return
        if not isinstance(error, _DOWN):
            self._failures = 0  # it answered
            return
        self._failures += 1
        asked = asked_for(error.headers, self._clock.wall()) or 0.0
        self._opens = self._clock.now() + min(max(PAUSE, asked), LONGEST_PAUSE)


def _sentence(left: float) -> str:
    when = f"in {round(left)} seconds" if left > 1 else "in a moment"
    return (
        "The model's server failed many times in a row, so I leave it alone for a while. "
        f"Please ask again {when}."
    )
