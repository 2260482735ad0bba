"""An answer as it comes."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

import aiohttp
import httpx
import msgspec

from bot.openai import client, error_answers, errors, sse
from bot.openai.calls import Call
from bot.openai.usage import Usage

log = logging.getLogger(__name__)

DRAIN = 0.25  # seconds that the end of a stream may take after [DONE]


class Answer(msgspec.Struct, frozen=True):
    """A whole one."""

    status: int
    body: bytes
    headers: errors.Headers


class Stream:
    """An answer that has begun to come. Whoever opened it closes it, which logs the call."""

    def __init__(self, call: Call, response: httpx.Response, deadline: float) -> None:
        self.headers: errors.Headers = response.headers
        self.usage: Usage | None = None  # for the log, by whoever reads it
        self._call = call
        self._response = response
        self._deadline = deadline  # of time.monotonic
        self._opened = time.monotonic()
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

    async def events(self, longest: int = sse.LONGEST) -> AsyncGenerator[sse.Event, None]:
        """Server-sent events, until [DONE] or the end. Raises OpenAIError."""
        decoder = sse.Decoder(longest)
        while piece := await self.read():
            for event in decoder.feed(piece):
                if event.data == b"[DONE]":
                    await self.drain()
                    return
                if event.name == "error":
                    raise error_answers.from_event(event.data, self.headers)
                yield event

    @property
    def is_events(self) -> bool:
        """Not so where a server does not know how to stream this."""
        return "event-stream" in self.headers.get("content-type", "")

    async def rest(self) -> Answer:
        """The whole answer. Raises OpenAIError."""
        pieces = []
        while piece := await self.read():
            pieces.append(piece)
        return Answer(self._response.status_code, b"".join(pieces), self.headers)

    async def drain(self) -> None:
        """Take the last bytes, which say that the connection can be used again."""
        with suppress(errors.OpenAIError, TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self.read()

    async def aclose(self) -> None:
        await self._response.aclose()
        log.info("%s: %d, stream of %.2f s, request %s, %s", self._call, self._response.status_code,
                 time.monotonic() - self._opened, self.headers.get("x-request-id", "?"),
                 self.usage or "tokens unknown")  # fmt: skip
