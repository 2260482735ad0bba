"""What the doctor finds on Slack: tokens, scopes, and how the app differs from the manifest."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import web
from adapters.slack.drift import differences
from adapters.slack.installations import Installations
from adapters.slack.manifest import OPTIONAL, SCOPES, described
from adapters.slack.settings import EVENTS, INSTALL, Settings
from adapters.slack.socket import WHY
from bot.commands import Commands
from bot.errors import Undeliverable
from bot.ports import Finding, State

_APP_OF_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
_BLIND = (
    "Slack does not tell with these tokens which events, commands and shortcuts the app has: "
    "compare it with `python -m bot manifest slack`, or set SLACK_APP_CONFIG_TOKEN."
)
_UNSEEN = (
    "Whether SLACK_SIGNING_SECRET is right, and Parley reached, only Slack knows: the request URL "
    f"under Event Subscriptions ends in {EVENTS} and must say Verified."
)
_REFUSED = (SlackApiError, Undeliverable)


async def check(settings: Settings, state: State, commands: Commands) -> Sequence[Finding]:
    """Raises OSError where Slack is out of reach."""
    client = web.client(None, settings.slack_api_url)
    session = web.open_session(client)
    try:
        async with aclosing(Doctor(settings, client).findings(state, commands)) as findings:
            return [finding async for finding in findings]
    finally:
        await session.close()


class Doctor:
    def __init__(self, settings: Settings, client: AsyncWebClient) -> None:
        self._settings = settings
        self._client = client
        self._app = ""  # its id, as far as anything tells it

    async def findings(self, state: State, commands: Commands) -> AsyncGenerator[Finding, None]:
        if self._settings.slack_client_id:
            yield await self._pair()
            installed = {i.name or i.id: i.token for i in await Installations(state).all()}
            if not installed:
                where = self._settings.reached_at(INSTALL)
                yield Finding(f"No workspace has installed Parley yet: open {where}.", "--")
        else:
            installed = {"SLACK_BOT_TOKEN": _said(self._settings.slack_bot_token)}
        for name, token in installed.items():
            yield await self._workspace(name, token)
        if self._settings.slack_admin_token:
            yield await self._admin(_said(self._settings.slack_admin_token))
        yield await self._way_in()
        for finding in await self._compared(commands):
            yield finding

    async def _pair(self) -> Finding:
        """Slack looks at the pair before it looks at the code."""
        try:
            await web.access(self._client, self._settings.pair, code="doctor")
        except _REFUSED as error:
            if (code := _code(error)) != "invalid_code":
                return Finding(
                    f"Slack refuses SLACK_CLIENT_ID and SLACK_CLIENT_SECRET ({code}): copy both "
                    "from Basic Information.", "!!",
                )  # fmt: skip
        return Finding("Slack takes SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.")

    async def _workspace(self, name: str, token: str) -> Finding:
        try:
            answer = await web.asked(self._client.auth_test(token=token))
        except _REFUSED as error:
            return Finding(
                f"Slack refuses {name} ({_code(error)}): install Parley there again, and set the "
                "token that OAuth & Permissions shows.", "!!",
            )  # fmt: skip
        await self._note_app(str(answer.get("bot_id")), token)
        there = f"Parley is {answer.get('user')} in {answer.get('team')}"
        if (granted := _scopes(answer)) is None:
            return Finding(f"{there}. Which scopes it has was not told.", "--")
        if missing := [scope for scope in SCOPES if scope not in granted]:
            named = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
            sentence = (
                f"{there}, but lacks {named}: add this under OAuth & Permissions, Bot Token "
                "Scopes, and install the app again."
            )
            return Finding(sentence, "--" if OPTIONAL.issuperset(missing) else "!!")
        return Finding(f"{there}, with every scope that it needs.")

    async def _admin(self, token: str) -> Finding:
        try:
            answer = await web.asked(self._client.auth_test(token=token))
        except _REFUSED as error:
            code = _code(error)
            return Finding(f"Slack refuses SLACK_ADMIN_TOKEN ({code}): make a new one.", "!!")
        if "chat:write" not in (_scopes(answer) or {"chat:write"}):
            return Finding("SLACK_ADMIN_TOKEN lacks the user scope chat:write.", "!!")
        return Finding(f"By SLACK_ADMIN_TOKEN Parley deletes messages as {answer.get('user')}.")

    async def _note_app(self, bot: str, token: str) -> None:
        try:
            answer = await web.asked(self._client.bots_info(bot=bot, token=token))
        except _REFUSED:
            return  # without users:read, which has its finding
        self._app = str((answer.get("bot") or {}).get("app_id", ""))

    async def _way_in(self) -> Finding:
        if not self._settings.by_socket:
            return Finding(_UNSEEN, "--")
        token = _said(self._settings.slack_app_token)
        try:
            await web.asked(self._client.apps_connections_open(app_token=token))
        except _REFUSED as error:
            code = _code(error)
            why = WHY.get(code, "make a new one under Basic Information, App-Level Tokens, with "
                          "the scope connections:write.")  # fmt: skip
            return Finding(f"Slack refuses SLACK_APP_TOKEN ({code}): {why}", "!!")
        of = _APP_OF_TOKEN.match(token)
        if of and self._app and of[1] != self._app:
            return Finding(
                f"SLACK_APP_TOKEN is of the app {of[1]}, SLACK_BOT_TOKEN of {self._app}: take both "
                "from one app.", "!!",
            )  # fmt: skip
        self._app = self._app or (of[1] if of else "")
        return Finding("Slack takes SLACK_APP_TOKEN; Socket Mode is on.")

    async def _compared(self, commands: Commands) -> list[Finding]:
        token = _said(self._settings.slack_app_config_token)
        if not (token and self._app):
            return [Finding(_BLIND, "--")]
        try:
            answer = await web.asked(
                self._client.apps_manifest_export(app_id=self._app, token=token)
            )
        except _REFUSED as error:
            return [Finding(
                f"Slack refuses SLACK_APP_CONFIG_TOKEN ({_code(error)}): it lives twelve hours; "
                "make a new one at api.slack.com/apps, Your App Configuration Tokens.", "--",
            )]  # fmt: skip
        wanted = described(self._settings, commands)
        return differences(dict(answer["manifest"]), wanted, self._settings)


def _scopes(answer: AsyncSlackResponse) -> set[str] | None:
    """Those of the token, from a header; None where there is none."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if (scopes := headers.get("x-oauth-scopes")) is None:
        return None
    return {scope.strip() for scope in scopes.split(",")}


def _code(error: Exception) -> str:
    if isinstance(error, Undeliverable) and isinstance(error.__cause__, SlackApiError):
        error = error.__cause__
    return web.error_code(error) if isinstance(error, SlackApiError) else str(error)


def _said(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
