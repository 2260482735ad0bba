"""Slack's Web API: one client on one session, and what an error means."""

import logging
from collections.abc import Awaitable
from typing import TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.retries import handlers
from bot.errors import Undeliverable

Call: TypeAlias = Awaitable[AsyncSlackResponse]

TIMEOUT = aiohttp.ClientTimeout(total=30)  # seconds

_HOPELESS = {
    "channel_not_found": "Parley cannot see this channel. Invite it with /invite.",
    "is_archived": "This channel is archived.",
    "message_not_found": "The answer was deleted.",
    "no_permission": "Parley may not write here.",
    "not_in_channel": "Parley is not in this channel. Invite it with /invite.",
    "restricted_action": "A rule of this workspace keeps Parley from writing here.",
    "thread_not_found": "The message to answer is gone.",
}
_TOKEN = {
    "account_inactive": "Parley was removed from this workspace. An admin has to install it again.",
    "invalid_auth": "Slack refuses Parley's token. An admin has to install Parley again.",
    "not_authed": "Slack refuses Parley's token. An admin has to install Parley again.",
    "team_access_not_granted": "Parley's organisation has not let it into this workspace.",
    "token_expired": "Parley's token has expired. An admin has to install Parley again.",
    "token_revoked": "Parley was removed from this workspace. An admin has to install it again.",
}
# "It's possible some aspect of the operation succeeded before the error was raised."
# https://docs.slack.dev/reference/methods/chat.postMessage
_UNSURE = {"", "fatal_error", "internal_error", "request_timeout", "service_unavailable"}


class TokenRefused(Undeliverable):
    """Slack takes nothing any more by the token of this workspace."""


class Lost(ConnectionError):
    """Nobody knows whether Slack did what was asked: its answer was lost, or is none."""


async def asked(call: Call) -> AsyncSlackResponse:
    """Slack's answer. Raises Undeliverable (TokenRefused) where no later attempt can help, Lost,
    and SlackApiError for the errors that its caller knows what to do about.
    """
    try:
        return await call
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Lost(f"{type(error).__name__}: {error}") from error
    except SlackApiError as error:
        code = error_code(error)
        if sentence := _TOKEN.get(code):
            raise TokenRefused(sentence, cause=f"Slack says {code}") from error
        if sentence := _HOPELESS.get(code):
            raise Undeliverable(sentence, cause=f"Slack says {code}") from error
        if code in _UNSURE:
            raise Lost(f"Slack says {code or 'nothing that makes sense'}") from error
        raise


def error_code(error: SlackApiError) -> str:
    """`msg_too_long` and the like; "" where the answer was no JSON (a proxy's HTML, say)."""
    return _said(error, "error")


def missing_scope(error: SlackApiError) -> str:
    """A sentence that names the scope which Parley lacks; "" where the error is another."""
    if error_code(error) != "missing_scope":
        return ""
    scopes = " or ".join(_said(error, "needed").split(","))
    return (
        f"Parley lacks the Slack scope {scopes or 'that this takes'}. An admin adds it under OAuth "
        "& Permissions at api.slack.com/apps and installs Parley again."
    )


def _said(error: SlackApiError, field: str) -> str:
    data = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
    return str(data.get(field, "")) if isinstance(data, dict) else ""


def client(token: str | None, url: str) -> AsyncWebClient:
    """A client without a session; `open_session` gives it one inside the loop."""
    log = logging.getLogger(f"{__name__}.sdk")
    return AsyncWebClient(token, base_url=url, retry_handlers=handlers(), logger=log)


def open_session(web: AsyncWebClient) -> aiohttp.ClientSession:
    """The one session of this client: a new one a call, as is the SDK's way, doubles its cost."""
    if web.session is None or web.session.closed:
        web.session = aiohttp.ClientSession(timeout=TIMEOUT)
    return web.session


async def access(
    web: AsyncWebClient, pair: tuple[str, str], **grant: str | None
) -> AsyncSlackResponse:
    """A token for a code or a refresh token. As `asked`. The SDK's own method uses what aiohttp
    will not have any more.
    """
    given = {"client_id": pair[0], "client_secret": pair[1], **grant}
    form = {name: value for name, value in given.items() if value}
    return await asked(web.api_call("oauth.v2.access", data=form))
