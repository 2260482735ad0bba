"""Answers as they leave: JSON, server-sent events, and what a fault makes of them."""

import asyncio
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web

from sandbox.errors import SERVER, STUMBLED, APIError
from sandbox.faults import STREAMED, Fault

encode = msgspec.json.encode
FAULT: web.RequestKey[Fault] = web.RequestKey("fault", Fault)


def answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=encode(body), status=status, content_type="application/json")


class Events:
    """A stream of server-sent events. An APIError inside it arrives as an event."""

    def __init__(self, http: web.Request) -> None:
        self._http = http
        self._fault = http[FAULT]
        self._sent = 0
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        self.response = web.StreamResponse(headers=headers)

    async def __aenter__(self) -> Self:
        await self.response.prepare(self._http)
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> bool:
        if not isinstance(error, APIError):
            return False
        await self._write("error", encode(error.body))
        return True

    async def send(self, event: Any, name: str = "") -> None:
        """`name`: the `event:` line, which chat has not."""
        if self._fault.name in STREAMED and self._sent == self._fault.after:
            await self._fail()
        self._sent += 1
        await self._write(name, encode(event))

    async def done(self) -> None:
        await self._write("", b"[DONE]")

    async def _write(self, name: str, data: bytes) -> None:
        head = f"event: {name}\n".encode() if name else b""
        await self.response.write(b"%bdata: %b\n\n" % (head, data))

    async def _fail(self) -> None:
        match self._fault.name:
            case "error":
                raise APIError(SERVER, STUMBLED)
            case "malformed":
                await self._write("", b'{"id": "malformed", "choices": [{')
            case _:
                await _silence(self._http, self._fault)


async def mangled(http: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """A whole answer, as the fault leaves it."""
    fault = http[FAULT]
    if fault.name not in STREAMED - {"error"} or not isinstance(response, web.Response):
        return response
    whole = response.body
    half = whole[: len(whole) // 2] if isinstance(whole, bytes) else b""
    if fault.name == "malformed":
        response.body = half
        return response
    part = web.StreamResponse(headers={"Content-Type": response.headers["Content-Type"]})
    part.content_length = 2 * len(half) + 1
    await part.prepare(http)
    await part.write(half)
    await _silence(http, fault)
    return part


async def _silence(http: web.Request, fault: Fault) -> None:
    if fault.name == "stall":
        await asyncio.Event().wait()  # until the client leaves, which cancels this
    if http.transport:
        http.transport.abort()
    raise asyncio.CancelledError  # aiohttp would log another error as its own
