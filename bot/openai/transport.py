"""One HTTP client for all of OpenAI's API: headers, timeouts, attempts. Every endpoint family
stands on its two verbs, `fetch` and `open`.

Logged are path, model, status, request id and duration: never content, never the key.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeVar

import aiohttp
import httpx
from pydantic import SecretStr

from bot.openai import client, errors, retry
from bot.openai.meter import Meter
from bot.openai.retry import Clock

log = logging.getLogger(__name__)

DRAIN = 0.25  # seconds that the end of a stream may take after [DONE]


@dataclass(frozen=True)
class Timeouts:
    """Seconds. A model that reasons may be silent for minutes before its first word."""

    connect: float = 10
    first_byte: float = 120  # of a stream; for `fetch` the whole answer
    silence: float = 120  # on the wire
    total: float = 600  # a call with all its attempts, waits and pieces


@dataclass(frozen=True)
class Call:
    method: Literal["GET", "POST"]
    path: str  # relative to the base URL
    body: bytes | None = None  # JSON
    model: str = ""  # for the log

    def __str__(self) -> str:
        return f"{self.path} {self.model}".strip()


@dataclass(frozen=True)
class Answer:
    body: bytes
    headers: errors.Headers


class Stream:
    """An answer that has begun to come. Whoever opened it closes it."""

    def __init__(self, response: httpx.Response, deadline: float) -> None:
        self.headers: errors.Headers = response.headers
        self._response = response
        self._deadline = deadline  # of time.monotonic
        self._first = b""
        encoded = "content-encoding" in response.headers
        self._pieces = response.aiter_bytes() if encoded else response.aiter_raw()

    async def begin(self) -> None:
        """Wait for the first bytes, which `read` returns."""
        self._first = await anext(self._pieces, b"")

    async def read(self) -> bytes:
        """The next bytes; b"" at the end. Raises StreamCut or TimedOut."""
        if self._first:
            first, self._first = self._first, b""
            return first
        if time.monotonic() > self._deadline:
            raise errors.TimedOut("a stream too long", may_have_run=True, headers=self.headers)
        try:
            return await anext(self._pieces, b"")
        except httpx.TimeoutException as error:
            raise errors.TimedOut("silence in a stream", may_have_run=True,
                                  headers=self.headers) from error  # fmt: skip
        except (httpx.HTTPError, aiohttp.ClientError) as error:
            raise errors.StreamCut(client.words(error), may_have_run=True,
                                   headers=self.headers) from error  # fmt: skip

    async def drain(self) -> None:
        """Take the last bytes, which say that the connection can be used again."""
        with suppress(errors.OpenAIError, TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self.read()

    async def aclose(self) -> None:
        await self._response.aclose()


T = TypeVar("T", Answer, Stream)


class Transport:
    """Raises WrongSetting where the address or the key cannot be one."""

    def __init__(
        self,
        base_url: str | None = None,
        key: SecretStr | None = None,
        organization: str | None = None,
        *,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._clock = clock or Clock()
        self._secret = (key.get_secret_value() if key else "").strip()
        self._client = client.made(
            base_url,
            self._secret,
            organization,
            connect=self._timeouts.connect,
            silence=self._timeouts.silence,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def fetch(self, call: Call, meter: Meter) -> Answer:
        """The whole answer. Raises OpenAIError."""
        return await self._attempts(call, meter, self._whole)

    async def open(self, call: Call, meter: Meter) -> Stream:
        """The answer as it comes: from its first bytes on nothing is tried again. Raises
        OpenAIError.
        """
        return await self._attempts(call, meter, self._begun)

    async def _attempts(
        self, call: Call, meter: Meter, once: Callable[[Call, float], Awaitable[T]]
    ) -> T:
        deadline = self._clock.now() + self._timeouts.total
        for attempt in count(1):
            await meter.sending()
            try:
                return await self._attempt(call, once, deadline - self._clock.now())
            except errors.OpenAIError as error:
                await meter.failed(error)
                seconds = retry.wait(error, attempt, self._clock)
                if seconds is None or self._clock.now() + seconds >= deadline:
                    raise
            await self._clock.sleep(seconds)
        raise AssertionError  # count() does not end

    async def _attempt(
        self, call: Call, once: Callable[[Call, float], Awaitable[T]], left: float
    ) -> T:
        start = time.monotonic()
        try:
            with client.translated():
                async with asyncio.timeout(min(left, self._timeouts.first_byte)):
                    answer = await once(call, left)
        except errors.OpenAIError as error:
            log.warning("%s: %s after %.2f s: %s", call, type(error).__name__,
                        time.monotonic() - start, error)  # fmt: skip
            raise
        log.info("%s: %s after %.2f s, request %s", call, type(answer).__name__.lower(),
                 time.monotonic() - start, answer.headers.get("x-request-id", "?"))  # fmt: skip
        return answer

    async def _whole(self, call: Call, _left: float) -> Answer:
        response = await self._response(call, "gzip, deflate")
        try:
            return Answer(await response.aread(), response.headers)
        finally:
            await response.aclose()

    async def _begun(self, call: Call, left: float) -> Stream:
        deadline = time.monotonic() + left
        response = await self._response(call, "identity")
        stream = Stream(response, deadline)
        try:
            await stream.begin()
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def _response(self, call: Call, encoding: str) -> httpx.Response:
        """With a status of success, the body not yet read."""
        request = self._client.build_request(
            call.method, call.path, content=call.body, headers={"Accept-Encoding": encoding}
        )
        response = await self._client.send(request, stream=True)
        html = "text/html" in response.headers.get("content-type", "")
        if response.is_success and not html:
            return response
        try:
            body = await response.aread()
        finally:
            await response.aclose()
        if self._secret:
            body = body.replace(self._secret.encode(), b"[key]")
        if response.is_success:
            raise errors.Malformed("a page of HTML", status=response.status_code)
        raise errors.from_response(response.status_code, response.headers, body)
