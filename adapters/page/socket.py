"""One browser's connection: what it asks comes in order, what it is told goes out in order."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from adapters.page.wire import Answer, Request

LOG_IN = 4401  # close codes from 4000 on are ours
NOT_UNDERSTOOD = 4400

_BEHIND = 2_000  # messages; who reads slower than that connects again and gets the state
_HEARTBEAT = 20.0  # seconds
_GOODBYE = 2.0  # seconds for the browser to say it too
_LARGEST = 1024 * 1024  # bytes; room for 100,000 characters, to say that they are too many
_DECODER = msgspec.json.Decoder(Request)
_ENCODER = msgspec.json.Encoder()


class Socket:
    def __init__(self, request: web.Request) -> None:
        self.request = request
        self._ws = web.WebSocketResponse(
            heartbeat=_HEARTBEAT, max_msg_size=_LARGEST, timeout=_GOODBYE
        )
        self._out: asyncio.Queue[bytes] = asyncio.Queue(_BEHIND)

    def tell(self, answer: Answer) -> None:
        """Never waits: a slow browser must not hold up an answer that others read too."""
        try:
            self._out.put_nowait(_ENCODER.encode(answer))
        except asyncio.QueueFull:
            if self.request.transport:
                self.request.transport.abort()

    async def close(self, code: int, sentence: str = "") -> None:
        await self._ws.close(code=code, message=sentence.encode())

    async def talk(self, heard: Callable[[Request], Awaitable[None]]) -> web.WebSocketResponse:
        """Until either side closes."""
        await self._ws.prepare(self.request)
        writer = asyncio.create_task(self._write())
        try:
            await self._read(heard)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return self._ws

    async def _read(self, heard: Callable[[Request], Awaitable[None]]) -> None:
        async for frame in self._ws:
            if frame.type is not WSMsgType.TEXT:
                return await self.close(WSCloseCode.UNSUPPORTED_DATA, "Send JSON as text.")
            try:
                said = _DECODER.decode(frame.data)
            except (msgspec.DecodeError, UnicodeError) as error:
                return await self.close(NOT_UNDERSTOOD, f"Not understood: {error}"[:120])
            await heard(said)
        return None

    async def _write(self) -> None:
        while True:
            message = await self._out.get()
            try:
                await self._ws.send_str(message.decode())
            except ConnectionError:
                return  # the reader sees the end of the connection too
