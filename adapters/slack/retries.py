"""What of Slack's Web API is tried again, and after how long."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextvars import ContextVar

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

log = logging.getLogger(__name__)
_TOO_MANY = 429
_WITHOUT_HEADER = 1.0  # seconds to wait after a 429 that does not say how long
held: ContextVar[Callable[[float], None] | None] = ContextVar("held", default=None)
"""Hears for how many seconds Slack wants no more calls like the one under way."""


def handlers() -> list[AsyncRetryHandler]:
    return [_RateLimited(max_retry_count=8), _ServerError(2), _ConnectionError(2)]


class _RateLimited(AsyncRateLimitErrorRetryHandler):
    """The SDK reads whole seconds only and waits half a second more than it is told."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state, request, error
        body = response.body if response else None
        said = isinstance(body, dict) and body.get("error") == "ratelimited"
        return said or (response is not None and response.status_code == _TOO_MANY)

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
        if hold := held.get():
            hold(wait)
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
    posting = ("chat.postMessage", "chat.postEphemeral", "chat.startStream", "chat.appendStream",
               "files.completeUploadExternal")  # fmt: skip
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
