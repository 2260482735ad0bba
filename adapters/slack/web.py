"""Slack's Web API: one client on one session, what is tried again, and what an error means."""

import asyncio
import logging
import random
from collections.abc import Awaitable
from typing import TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import Undeliverable

Call: TypeAlias = Awaitable[AsyncSlackResponse]

log = logging.getLogger(__name__)
TIMEOUT = aiohttp.ClientTimeout(total=30)  # seconds
_WITHOUT_HEADER = 1.0  # seconds to wait after a 429 that does not say how long

_HOPELESS = {
    "account_inactive": "Parley's Slack account was deactivated. An admin has to install it again.",
    "channel_not_found": "Parley cannot see this channel. Invite it with /invite.",
    "invalid_auth": "Slack refuses Parley's token. An admin has to set SLACK_BOT_TOKEN again.",
    "is_archived": "This channel is archived.",
    "message_not_found": "The answer was deleted.",
    "no_permission": "Parley may not write here.",
    "not_authed": "Slack refuses Parley's token. An admin has to set SLACK_BOT_TOKEN again.",
    "not_in_channel": "Parley is not in this channel. Invite it with /invite.",
    "restricted_action": "A rule of this workspace keeps Parley from writing here.",
    "thread_not_found": "The message to answer is gone.",
    "token_expired": "Parley's token has expired. An admin has to set SLACK_BOT_TOKEN again.",
    "token_revoked": "Parley was removed from this workspace.",
}
# "It's possible some aspect of the operation succeeded before the error was raised."
# https://docs.slack.dev/reference/methods/chat.postMessage
_UNSURE = {"", "fatal_error", "internal_error", "request_timeout", "service_unavailable"}


class Lost(ConnectionError):
    """Nobody knows whether Slack did what was asked: its answer was lost, or is none."""


async def asked(call: Call) -> AsyncSlackResponse:
    """Slack's answer. Raises Undeliverable where no later attempt can help, Lost, and
    SlackApiError for the errors that its caller knows what to do about.
    """
    try:
        return await call
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Lost(f"{type(error).__name__}: {error}") from error
    except SlackApiError as error:
        code = error_code(error)
        if sentence := _HOPELESS.get(code):
            raise Undeliverable(sentence, cause=f"Slack says {code}") from error
        if code in _UNSURE:
            raise Lost(f"Slack says {code or 'nothing that makes sense'}") from error
        raise


def error_code(error: SlackApiError) -> str:
    """`msg_too_long` and the like; "" where the answer was no JSON (a proxy's HTML, say)."""
    data = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def client(token: str, url: str) -> AsyncWebClient:
    """A client without a session; `open_session` gives it one inside the loop."""
    retries = [_RateLimited(max_retry_count=8), _ServerError(2), _ConnectionError(2)]
    return AsyncWebClient(
        token, base_url=url, retry_handlers=retries, logger=logging.getLogger(f"{__name__}.sdk")
    )


def open_session(web: AsyncWebClient) -> aiohttp.ClientSession:
    """The one session of this client: a new one a call, as is the SDK's way, doubles its cost."""
    if web.session is None or web.session.closed:
        web.session = aiohttp.ClientSession(timeout=TIMEOUT)
    return web.session


class _RateLimited(AsyncRateLimitErrorRetryHandler):
    """The SDK reads whole seconds only and waits half a second more than it is told."""

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        del error
        wait = _retry_after(response)
        log.info("Slack limits %s: waiting %.1f s", request.url.rsplit("/", 1)[-1], wait)
        await asyncio.sleep(wait + random.random() / 10)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _retry_after(response: HttpResponse | None) -> float:
    headers = {name.lower(): value for name, value in response.headers.items()} if response else {}
    try:
        return max(0.0, float(headers["retry-after"][0]))
    except (KeyError, IndexError, ValueError):
        return _WITHOUT_HEADER


def _repeatable(request: HttpRequest) -> bool:
    """Done twice it does no harm. A post does: its fate is looked up, never guessed."""
    posting = ("chat.postMessage", "chat.postEphemeral", "chat.startStream", "chat.appendStream")
    return not request.url.endswith(posting)


class _ServerError(AsyncServerErrorRetryHandler):
    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return _repeatable(request) and await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        )


class _ConnectionError(AsyncConnectionErrorRetryHandler):
    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return _repeatable(request) and await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        )
