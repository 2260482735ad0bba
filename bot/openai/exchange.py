"""One HTTP request, and what comes back in time."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

import httpx
import msgspec

from bot.errors import ParleyError
from bot.openai import client, error_answers, errors
from bot.openai.calls import Call
from bot.openai.stream import Answer, Stream
from bot.openai.uploads import Form


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds. A model that reasons may be silent for minutes before its first word."""

    connect: float = 10
    first_byte: float = 120  # from the last byte of the request on
    silence: float = 120  # on the wire, up or down
    total: float = 600  # a call with all its attempts, waits and pieces

    def times(self, patience: float) -> "Timeouts":
        first_byte, silence, total = self.first_byte, self.silence, self.total
        return Timeouts(self.connect, first_byte * patience, silence * patience, total * patience)


class Exchange:
    """Made for one attempt. Each verb raises OpenAIError."""

    def __init__(
        self, http: client.Client, call: Call, timeouts: Timeouts, left: float, secret: str
    ) -> None:
        self._http = http
        self._call = call
        self._timeouts = timeouts
        self._started = time.monotonic()
        self._deadline = self._started + left
        self._secret = secret
        self._limit = asyncio.timeout(min(left, timeouts.first_byte))
        self.headers: errors.Headers = {}  # of the answer
        self._trouble: Exception | None = None  # of what should have gone up

    @property
    def age(self) -> float:
        """Seconds."""
        return time.monotonic() - self._started

    async def whole(self) -> Answer:
        async with self._in_time():
            response = await self._response("gzip, deflate")
            try:
                # From here on the HTTP client watches for silence.
                self._allow(self._timeouts.total)
                return Answer(response.status_code, await response.aread(), response.headers)
            finally:
                await response.aclose()

    async def begun(self) -> Stream:
        async with self._in_time():
            response = await self._response("identity")
            stream = Stream(self._call, response, self._deadline)
            try:
                await stream.begin()
            except BaseException:
                await response.aclose()
                raise
        return stream

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            with client.translated():
                async with self._limit:
                    yield
        except errors.OpenAIError as error:
            if self._trouble:
                raise _unsent(self._trouble) from error
            raise

    async def _response(self, encoding: str) -> httpx.Response:
        """With a status of success, the body not yet read."""
        response = await self._http.send(self._request(encoding))
        html = "text/html" in response.headers.get("content-type", "")
        self.headers = response.headers
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
        raise error_answers.from_response(response.status_code, response.headers, body)

    def _request(self, encoding: str) -> httpx.Request:
        call, body = self._call, self._call.body
        times, headers = self._timeouts, {"Accept-Encoding": encoding}
        if isinstance(body, Form):
            headers |= body.headers
        content = self._pieces(body) if isinstance(body, Form) else body
        allowed = {"connect": times.connect, "pool": times.connect,
                   "read": times.silence, "write": times.silence}  # fmt: skip
        return self._http.request(call, content, headers, allowed)

    async def _pieces(self, form: Form) -> AsyncGenerator[bytes, None]:
        """While something goes up, the time for the first byte has not begun."""
        try:
            async with aclosing(form.body()) as pieces:
                async for piece in pieces:
                    self._allow(self._timeouts.silence)
                    yield piece
        except Exception as error:
            self._trouble = error
            raise
        self._allow(self._timeouts.first_byte)

    def _allow(self, seconds: float) -> None:
        ends = min(time.monotonic() + seconds, self._deadline)
        with suppress(RuntimeError):  # the answer came before the end of the request
            self._limit.reschedule(asyncio.get_running_loop().time() + ends - time.monotonic())


def _unsent(trouble: Exception) -> errors.OpenAIError:
    """The server got no whole request. A source that failed once is not asked again."""
    says = trouble.sentence if isinstance(trouble, ParleyError) else "I could not read the file."
    return errors.OpenAIError(f"upload: {type(trouble).__name__}: {trouble}", sentence=says)
