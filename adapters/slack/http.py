"""HTTP: what Slack posts to us, if it was Slack. https://docs.slack.dev/authentication/verifying-requests-from-slack

The signature is looked at before anything else: Bolt would parse first, and log what it refuses.
Nothing reads X-Slack-Retry-Num: what comes again may be what was lost.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.slack.door import AGAIN
from adapters.slack.settings import EVENTS

log = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds in which a request has to be here; Slack itself waits three
_SSL_CHECK = b"ssl_check=1"  # Slack's look at the certificate, unsigned
_DIGITS = 13  # more than a timestamp has for the next 30,000 years
_COMPLAIN = 60.0  # seconds between two lines in the log about requests that were not signed
_NO_PAYLOAD = (ValueError, TypeError, AttributeError, LookupError)  # what Bolt's parser raises


class Requests:
    """POST /slack/events: events, commands and interactivity."""

    def __init__(self, secret: str) -> None:
        self._verifier = SignatureVerifier(secret)
        self._complained = -_COMPLAIN
        self._app: AsyncApp | None = None

    @property
    def health(self) -> str:
        return "ok" if self._app else "Parley does not take Slack's requests yet."

    def mount(self, app: web.Application) -> None:
        app.router.add_post(EVENTS, self.take)
        app.router.add_get(EVENTS, _greet)

    async def run(self, app: AsyncApp) -> None:
        """Until cancelled; what is being accepted then is still acknowledged, by the server."""
        self._app = app
        try:
            await asyncio.Event().wait()
        finally:
            self._app = None

    async def take(self, request: web.Request) -> web.StreamResponse:
        if (app := self._app) is None:
            return web.Response(status=AGAIN)
        try:
            async with asyncio.timeout(_PATIENCE):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        return await self._answer(app, body, request.headers)

    async def _answer(self, app: AsyncApp, body: bytes, headers: Mapping[str, str]) -> web.Response:
        if not self._is_signed(body, headers):
            return web.Response(status=200 if _SSL_CHECK in body.split(b"&") else 401)
        try:
            asked = AsyncBoltRequest(body=body.decode(), headers=dict(headers))
        except _NO_PAYLOAD as error:
            log.warning("Slack sent something that is no payload: %s", type(error).__name__)
            return web.Response(status=400)
        return await to_aiohttp_response(await app.async_dispatch(asked))

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not (timestamp.isdecimal() and len(timestamp) < _DIGITS and signature.isascii()):
            return False
        try:
            signed = self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return False
        if not signed:
            self._complain(abs(time.time() - int(timestamp)))
        return signed

    def _complain(self, skew: float) -> None:
        if time.monotonic() < self._complained + _COMPLAIN:
            return
        self._complained = time.monotonic()
        log.warning(
            "refused a request to /slack/events: it is not signed with SLACK_SIGNING_SECRET, or "
            "more than five minutes old (the clocks differ by %d s)", skew,
        )  # fmt: skip


async def _greet(_request: web.Request) -> web.Response:
    """For people who look whether it can be reached, and for Slack's ssl_check."""
    return web.Response(text="Parley hears Slack here.\n")
