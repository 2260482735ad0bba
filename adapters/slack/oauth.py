"""OAuth: GET /slack/install sends a browser to Slack, GET /slack/oauth_redirect takes it back, with
Parley in one more workspace. Bolt's flow, over our stores, with pages that say what to do.
"""

import html
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import web as api
from adapters.slack.installations import STATE_LASTS, Installations, States
from adapters.slack.manifest import SCOPES
from adapters.slack.settings import INSTALL, REDIRECT, Settings
from bot.errors import Undeliverable
from bot.ports import State

Step: TypeAlias = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]

log = logging.getLogger(__name__)
_AGAIN = "Go back to where you began and start again"
_FAILURES = {
    "access_denied": "You did not allow it, so nothing was installed.",
    "invalid_browser": f"This browser did not begin this. {_AGAIN}, in this browser.",
    "invalid_state": f"This link was used before, or is older than ten minutes. {_AGAIN}.",
    "missing_code": f"Slack sent no code along. {_AGAIN}.",
    "invalid_code": "Slack did not hand out a token. Try again; if it fails again, "
    "`python -m bot doctor` says whether SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are right.",
}
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds a code
}


class Flow(AsyncOAuthFlow):
    pair: tuple[str, str]

    async def run_installation(self, code: str) -> Installation | None:
        """None where Slack takes the code for none of its own. Raises Lost."""
        uri = self.settings.redirect_uri
        try:
            answer = await api.access(self.client, self.pair, code=code, redirect_uri=uri)
        except (SlackApiError, Undeliverable) as error:
            log.warning("Slack hands out no token: %s", error)
            return None
        team, organisation = answer.get("team") or {}, answer.get("enterprise") or {}
        return Installation(
            app_id=answer.get("app_id"),
            enterprise_id=organisation.get("id"),
            enterprise_name=organisation.get("name"),
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=answer["access_token"],
            bot_user_id=answer["bot_user_id"],
            bot_refresh_token=answer.get("refresh_token"),
            bot_token_expires_in=answer.get("expires_in"),
            user_id=answer["authed_user"]["id"],
            is_enterprise_install=bool(answer.get("is_enterprise_install")),
        )


class OAuth:
    def __init__(self, settings: Settings, client: AsyncWebClient, state: State) -> None:
        client_id, secret = settings.pair
        self.settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=secret,
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=settings.reached_at(REDIRECT) if settings.slack_public_url else None,
            install_page_rendering_enabled=False,
            authorization_url=f"{settings.site}oauth/v2/authorize",
            callback_options=AsyncCallbackOptions(self._succeeded, self._failed),
            installation_store=Installations(state),
            state_store=States(state),
            state_expiration_seconds=STATE_LASTS,
        )
        self._client = client
        self._flow = Flow(client=client, settings=self.settings)
        self._flow.pair = settings.pair

    def mount(self, app: web.Application) -> None:
        app.router.add_get(INSTALL, self._step(self._flow.handle_installation))
        app.router.add_get(REDIRECT, self._step(self._flow.handle_callback))

    def _step(self, step: Step) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            api.open_session(self._client)
            # Bolt would pass on any `team` to Slack, unquoted.
            query = {name: value for name, value in request.query.items() if name != "team"}
            asked = AsyncBoltRequest(body="", query=query, headers=dict(request.headers))
            try:
                response = await step(asked)
            except api.Lost as error:
                log.warning("an installation failed: %s", error)
                response = _page(502, "Slack cannot be reached", f"{_AGAIN} in a minute.")
            return await to_aiohttp_response(response)

        return handler

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installed = args.installation
        where = installed.team_name or installed.enterprise_name or "your workspace"
        log.info("installed in %s", where)
        return self._over(
            200, "Parley is installed", f"It is in {where} now. Write to it directly, or invite "
            "it to a channel with /invite and mention it there. You may close this page.",
        )  # fmt: skip

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        reason = args.reason if args.reason in _FAILURES else f"Slack says: {args.reason[:100]}."
        log.warning("an installation failed: %r", args.reason[:100])
        sentence = _FAILURES.get(reason, f"{reason} {_AGAIN}.")
        return self._over(args.suggested_status_code, "Parley is not installed", sentence)

    def _over(self, status: int, title: str, sentence: str) -> BoltResponse:
        """The page at the end; the browser forgets the state."""
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        return _page(status, title, sentence, {"Set-Cookie": cookie})


def _page(
    status: int, title: str, sentence: str, headers: dict[str, str] | None = None
) -> BoltResponse:
    body = f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{html.escape(sentence)}</p>"
    return BoltResponse(status=status, body=body, headers={**_HEADERS, **(headers or {})})
