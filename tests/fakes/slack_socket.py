"""Socket Mode as Slack speaks it: envelopes go to any open socket, and come again until they are
acknowledged.
"""

import asyncio
import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

MOST_SOCKETS = 10


@dataclass
class Envelope:
    kind: str  # events_api, slash_commands, interactive
    payload: dict[str, Any]
    attempt: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    sent_to: web.WebSocketResponse | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)  # of whichever attempt
    answer: Any = None  # the payload of the acknowledgement

    def to_json(self) -> dict[str, Any]:
        return {
            "envelope_id": self.id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.kind != "events_api",
            "retry_attempt": self.attempt,
            "retry_reason": "timeout" if self.attempt else "",
        }


class SocketMode:
    """`patience`: seconds until an event that is not acknowledged is sent again (Slack's 3).

    Slack gives up after three times within some six minutes; here it never does, as a test that
    kills the bot sixty times has those minutes in seconds.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.envelopes: list[Envelope] = []  # everything that was ever sent
        self.opened = asyncio.Event()
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._open: dict[str, Envelope] = {}  # not acknowledged
        self._timers: set[asyncio.TimerHandle] = set()
        self._turn = itertools.count()
        self._sending: set[asyncio.Task[Envelope]] = set()

    def ticket(self) -> str:
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    @property
    def unacknowledged(self) -> int:
        return len(self._open)

    @property
    def connections(self) -> int:
        return len(self._sockets)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(request.query["ticket"])  # good for one connection
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._sockets) >= MOST_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            return socket
        await socket.send_json({"type": "hello", "num_connections": len(self._sockets) + 1})
        self._sockets.append(socket)
        self.opened.set()
        await self._resend_all_without_socket()
        try:
            await self._listen(socket)
        finally:
            self._gone(socket)
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                acknowledgement = message.json()
                if envelope := self._open.pop(acknowledgement["envelope_id"], None):
                    envelope.answer = acknowledgement.get("payload")
                    envelope.acknowledged.set()

    def _gone(self, socket: web.WebSocketResponse) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        if not self._sockets:
            self.opened.clear()
        for envelope in self._open.values():
            if envelope.sent_to is socket:
                envelope.sent_to = None

    async def send(self, kind: str, payload: dict[str, Any], attempt: int = 0) -> Envelope:
        return await self._sent(Envelope(kind, payload, attempt))

    async def _sent_again(self, last: Envelope) -> Envelope:
        next_ = Envelope(last.kind, last.payload, last.attempt + 1, acknowledged=last.acknowledged)
        return await self._sent(next_)

    async def _sent(self, envelope: Envelope) -> Envelope:
        self._open[envelope.id] = envelope
        self.envelopes.append(envelope)
        await self._transmit(envelope)
        return envelope

    async def _transmit(self, envelope: Envelope) -> None:
        while self._sockets:
            socket = self._sockets[next(self._turn) % len(self._sockets)]
            try:
                await socket.send_json(envelope.to_json())
            except ConnectionError:
                self._gone(socket)
                continue
            envelope.sent_to = socket
            timer = asyncio.get_running_loop().call_later(self.patience, self._again, envelope)
            self._timers.add(timer)
            return

    def _again(self, envelope: Envelope) -> None:
        """An event comes again; a command or a press does not, the person sees that it failed."""
        if self._open.pop(envelope.id, None) is None or envelope.kind != "events_api":
            return
        task = asyncio.get_running_loop().create_task(self._sent_again(envelope))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def redeliver_unacknowledged(self) -> None:
        for envelope in list(self._open.values()):
            self._again(envelope)
        await asyncio.gather(*self._sending)

    async def _resend_all_without_socket(self) -> None:
        for envelope in list(self._open.values()):
            if envelope.sent_to is None:
                self._open.pop(envelope.id)
                await self._sent_again(envelope)

    async def goodbye(self, reason: str = "refresh_requested") -> None:
        """Slack asks for a new connection and closes the old one when it is there."""
        old = list(self._sockets)
        for socket in old:
            self._sockets.remove(socket)  # nothing more is sent to it
            await socket.send_json({"type": "disconnect", "reason": reason})
        if not self._sockets:
            self.opened.clear()
        await asyncio.wait_for(self.opened.wait(), 10)
        for socket in old:
            self._gone(socket)
            await socket.close()

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for socket in list(self._sockets):
            self._gone(socket)
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    async def aclose(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in list(self._sending):
            task.cancel()
        for socket in list(self._sockets):
            await socket.close()
