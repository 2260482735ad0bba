"""One HTTP client for all of OpenAI's API: headers, timeouts, attempts. Every endpoint family
stands on its two verbs, `fetch` and `open`.

Logged are path, model, status, request id, duration and tokens: never content, never the key.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Self, TypeVar

from pydantic import SecretStr

from bot.openai import client, errors, retry
from bot.openai.breaker import Breaker
from bot.openai.calls import Call
from bot.openai.exchange import Exchange, Timeouts
from bot.openai.limits import Limits
from bot.openai.meter import Meter
from bot.openai.pacing import Pace
from bot.openai.retry import Clock
from bot.openai.standing import Standing
from bot.openai.stream import Answer, Stream

__all__ = ["Answer", "Timeouts", "Transport"]

log = logging.getLogger(__name__)

T = TypeVar("T")
Once = Callable[[Exchange], Awaitable[T]]
_ERROR = 500  # a server that stumbled may have done what was asked of it before
# What another provider need not have: it is down, or we have used up what we may there.
_ELSEWHERE = (
    errors.ConnectionFailed, errors.TimedOut, errors.ServerFailed, errors.ProviderDown,
    errors.QuotaSpent, errors.LimitReached,
)  # fmt: skip


class Transport:
    """Of one provider, and of those that stand in for it: `fallback` is asked where this one is
    down or our quota there is spent.
    """

    def __init__(  # noqa: PLR0913  a provider has this many facts
        self,
        base_url: str | None = None,
        key: SecretStr | None = None,
        organization: str | None = None,
        *,
        fallback: Self | None = None,
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
    ) -> None:
        limits, clock = limits or Limits(), clock or Clock()
        self._fallback = fallback
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._breakers: defaultdict[str, Breaker] = defaultdict(lambda: Breaker(clock))
        self._paces: defaultdict[str, Pace] = defaultdict(lambda: Pace(limits, clock))
        self._secret = (key.get_secret_value() if key else "").strip()
        self._http = client.Client(base_url, self._secret, organization)

    @property
    def address(self) -> str:
        return str(self._http.address)

    def standings(self) -> list[Standing]:
        """Its own, then those that stand in for it."""
        breakers = [breaker.standing(name) for name, breaker in sorted(self._breakers.items())]
        paces = [pace.standing(model) for model, pace in sorted(self._paces.items())]
        own = Standing(self.address, breakers, paces)
        return [own, *(self._fallback.standings() if self._fallback else ())]

    async def aclose(self) -> None:
        """That of its fallback too."""
        for pace in self._paces.values():
            await pace.aclose()
        await self._http.aclose()
        if self._fallback:
            await self._fallback.aclose()

    async def fetch(self, call: Call, meter: Meter, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the whole answer; it may raise Malformed. Raises OpenAIError."""

        async def whole(exchange: Exchange) -> T:
            answer = await exchange.whole()
            found = read(answer)
            log.info("%s: %d after %.2f s, request %s, %s", call, answer.status, exchange.age,
                     answer.headers.get("x-request-id", "?"),
                     getattr(found, "usage", None) or "tokens unknown")  # fmt: skip
            return found

        try:
            return await self._attempts(call, meter, whole)
        except _ELSEWHERE as error:
            return await self._next(call, error).fetch(call, meter, read)

    async def open(self, call: Call, meter: Meter) -> Stream:
        """The answer as it comes: from its first bytes on nothing is tried again. Raises
        OpenAIError.
        """
        try:
            return await self._attempts(call, meter, Exchange.begun)
        except _ELSEWHERE as error:
            return await self._next(call, error).open(call, meter)

    async def public(self, url: str, most: int) -> bytes:
        """What is at an address that the provider gave, of `most` bytes at most. It may be
        anybody's: no key goes there. Raises OpenAIError.
        """
        return await client.download(url, most, self._timeouts.silence, self._timeouts.total)

    def _next(self, call: Call, error: errors.OpenAIError) -> Self:
        """Who is asked now; raises the error where there is nobody."""
        # What names no model is about something that this provider keeps.
        if not self._fallback or call.creates or not call.model:
            raise error
        log.warning("%s: the next provider is asked after %s", call, type(error).__name__)
        return self._fallback

    async def _attempts(self, call: Call, meter: Meter, once: Once[T]) -> T:
        deadline = self._clock.now() + self._timeouts.total * call.patience
        for attempt in count(1):
            await self._paces[call.model].turn(call, deadline)
            try:
                with self._breakers[call.capability].guarded():
                    return await self._attempt(call, meter, once, deadline)
            except errors.OpenAIError as error:
                seconds = retry.wait(error, attempt, self._clock)
                if seconds is None or self._clock.now() + seconds >= deadline:
                    raise
            await self._clock.sleep(seconds)
        raise AssertionError  # count() does not end

    async def _attempt(self, call: Call, meter: Meter, once: Once[T], deadline: float) -> T:
        await meter.sending()
        left, timeouts = deadline - self._clock.now(), self._timeouts.times(call.patience)
        exchange = Exchange(self._http, call, timeouts, left, self._secret)
        try:
            found = await once(exchange)
        except errors.OpenAIError as error:
            log.warning("%s: %s after %.2f s: %s", call, type(error).__name__, exchange.age, error)
            await meter.failed(error)
            self._paces[call.model].failed(error)
            if call.creates and (error.may_have_run or error.status == _ERROR):
                raise errors.AnswerLost.of(call.creates, error) from error
            raise
        self._paces[call.model].answered(exchange.headers)
        return found
