"""Slack's way to an app without Socket Mode: signed POSTs to its request URL, again while they are
not answered by 2xx within three seconds.
"""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack_socket import Envelope

WAITS = (0.0, 60.0, 300.0)  # seconds until it comes again, as Slack has them
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # of a fake


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers by which an app knows that Slack sent this."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def encoded(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    """A payload's body and its content type."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


class RequestUrl:
    """Stands in for SocketMode: `slack.socket = RequestUrl(...)`. `pace`: what Slack's waits are
    multiplied by. `healthy`: whether the balancer before it sends anything on.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: str = SECRET,
        pace: float = 0.0,
        healthy: Callable[[], bool] = lambda: True,
    ) -> None:
        self.url = url
        self.healthy = healthy
        self.secret = secret
        self.pace = pace
        self.patience = 3.0
        self.envelopes: list[Envelope] = []  # everything that was ever sent
        self.statuses: list[int] = []
        self._open: dict[str, Envelope] = {}  # not acknowledged
        self._sending: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession()

    @property
    def unacknowledged(self) -> int:
        return len(self._open)

    async def send(self, kind: str, payload: dict[str, Any], attempt: int = 0) -> Envelope:
        """It is on its way."""
        envelope = Envelope(kind, payload, attempt)
        self._open[envelope.id] = envelope
        task = asyncio.create_task(self._deliver(envelope))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return envelope

    async def post(
        self, body: bytes, content_type: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        """The status and the text of the answer; 0 where there was none in time."""
        headers = {"Content-Type": content_type, **headers}
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self._session.post(
                self.url, data=io.BytesIO(body), headers=headers, timeout=timeout
            ) as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""

    async def _deliver(self, envelope: Envelope) -> None:
        body, content_type = encoded(envelope.kind, envelope.payload)
        retries = WAITS if envelope.kind == "events_api" else ()
        for wait in (None, *retries):
            if wait is not None:
                await asyncio.sleep(wait * self.pace)
                envelope.attempt += 1
            while not self.healthy():
                await asyncio.sleep(0.005)
            self.envelopes.append(envelope)
            again = {
                "X-Slack-Retry-Num": str(envelope.attempt),
                "X-Slack-Retry-Reason": "http_error",
            }
            headers = signed(body, self.secret) | (again if envelope.attempt else {})
            status, text = await self.post(body, content_type, headers)
            self.statuses.append(status)
            if 200 <= status < 300:
                envelope.answer = json.loads(text) if text.startswith("{") else text or None
                self._open.pop(envelope.id, None)
                envelope.acknowledged.set()
                return

    async def redeliver_unacknowledged(self) -> None:
        """Now, not after Slack's waits."""
        for envelope in list(self._open.values()):
            await self.send(envelope.kind, envelope.payload, envelope.attempt + 1)

    def cut(self) -> None:
        """There is no connection to cut: each request has its own."""

    async def aclose(self) -> None:
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._session.close()
