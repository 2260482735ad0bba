"""Socket Mode: Slack's events over a websocket that we open and Slack ends now and then.

Bolt's own handler is not used: it closes the old socket before it opens the new one, finds a cut
one by polling every ten seconds, tries a used address again for ever, and keeps no track of the
events it works on. Envelopes go to Bolt as its handler sends them.
"""

import asyncio
import json
import logging
import random
from collections.abc import Coroutine
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack import web
from bot.errors import Undeliverable
from bot.settings import WrongSetting

log = logging.getLogger(__name__)
_HEARTBEAT = 20.0  # seconds between pings; a peer that is silent for half of it is gone
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 30.0  # seconds between attempts to connect
_LAST_WORDS = 5.0  # seconds that accepted events have to be acknowledged in when we leave
_WRONG_TOKEN = {"missing_scope", "not_allowed_token_type"}
_UNHEARD = "Parley is connecting to Slack."
WHY = {  # Slack opens no connection, or ends one, until somebody changes something
    "link_disabled": "Socket Mode was switched off for this app: switch it on under Socket Mode "
    "at api.slack.com/apps.",
    "socket_mode_not_enabled": "Socket Mode is off for this app: switch it on under Socket Mode at "
    "api.slack.com/apps, or set SLACK_SIGNING_SECRET instead of SLACK_APP_TOKEN for HTTP.",
    "too_many_websockets": "Ten connections to Slack are open with this SLACK_APP_TOKEN, which is "
    "all that Slack allows: stop a process that uses it.",
}


class _Connection:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.greeted = False
        self.leaving = asyncio.Event()  # Slack said that it will close this one, or has


class Socket:
    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._token = app_token
        self._why = _UNHEARD
        self._connections: set[_Connection] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._ended = False  # take in nothing new

    @property
    def health(self) -> str:
        greeted = any(connection.greeted for connection in self._connections)
        return "ok" if greeted else self._why

    async def run(self) -> None:
        """Stay connected until cancelled; then acknowledge what is being accepted, and leave."""
        attempt = 0
        self._ended = False
        try:
            while True:
                if connection := await self._open():
                    self._start(self._read(connection), self._readers)
                    await connection.leaving.wait()
                attempt = 0 if connection and connection.greeted else attempt + 1
                if attempt:
                    await asyncio.sleep(_backoff(attempt))
        finally:
            await self._leave()

    async def _open(self) -> _Connection | None:
        """A new connection; the old one goes on until Slack closes it. None: try again."""
        client = self._app.client
        session = web.open_session(client)
        try:
            opened = await web.asked(client.apps_connections_open(app_token=self._token))
            socket = await session.ws_connect(
                str(opened["url"]), heartbeat=_HEARTBEAT, proxy=client.proxy
            )
        except Undeliverable as error:
            raise WrongSetting("Slack refuses SLACK_APP_TOKEN", str(error)) from error
        except SlackApiError as error:
            self._refused(web.error_code(error))
        except (web.Lost, aiohttp.ClientError, TimeoutError) as error:
            self._why = "Slack cannot be reached; Parley tries again and again."
            log.warning("cannot connect to Slack, trying again: %s", error)
        else:
            return _Connection(socket)
        return None

    async def _read(self, connection: _Connection) -> None:
        self._connections.add(connection)
        try:
            async for message in connection.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(connection, json.loads(message.data))
        finally:
            self._connections.discard(connection)
            connection.leaving.set()
            await connection.socket.close()

    def _take(self, connection: _Connection, envelope: dict[str, Any]) -> None:
        match envelope.get("type"):
            case "hello":
                connection.greeted, self._why = True, _UNHEARD
            case "disconnect":
                self._told_to_leave(connection, str(envelope.get("reason")))
            case _ if not self._ended and (request := SocketModeRequest.from_dict(envelope)):
                self._start(self._answer(connection, request), self._answers)

    def _told_to_leave(self, connection: _Connection, reason: str) -> None:
        """`warning` and `refresh_requested` come every few hours: the new connection is open
        before Slack closes this one.
        """
        if reason in WHY:
            self._refused(reason)
            connection.greeted = False
        else:
            log.info("Slack asks for a new connection: %s", reason)
        connection.leaving.set()

    def _refused(self, reason: str) -> None:
        if reason in _WRONG_TOKEN:
            raise WrongSetting(f"SLACK_APP_TOKEN needs the scope connections:write ({reason})")
        self._why = WHY.get(reason, f"Slack opens no connection ({reason}).")
        log.warning("cannot connect to Slack, trying again: %s", self._why)

    async def _answer(self, connection: _Connection, request: SocketModeRequest) -> None:
        response: BoltResponse = await run_async_bolt_app(self._app, request)
        if response.status != 200:  # noqa: PLR2004  HTTP's OK
            return  # no acknowledgement: Slack delivers it again
        payload = json.loads(response.body) if response.body else None
        acknowledgement = SocketModeResponse(request.envelope_id, payload)
        try:
            await connection.socket.send_json(acknowledgement.to_dict())
        except (aiohttp.ClientError, ConnectionError) as error:
            log.info("an acknowledgement was lost, Slack delivers again: %s", error)

    def _start(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)
        task.add_done_callback(_report)

    async def _leave(self) -> None:
        self._ended = True
        if self._answers:
            await asyncio.wait(self._answers, timeout=_LAST_WORDS)
        tasks = [*self._answers, *self._readers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _backoff(attempt: int) -> float:
    longest: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
    return longest * random.uniform(0.5, 1)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("Slack's socket: %s", error, exc_info=error)
