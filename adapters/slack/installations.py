"""Where Parley is installed, and the states of installations under way, through the State port:
every process on the same database sees the same.
"""

import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.ports import State

log = logging.getLogger(__name__)
STATE_LASTS = 600  # seconds from /slack/install to /slack/oauth_redirect
_CLAIM_LASTS = 120.0  # seconds; a claim of a process that died counts no longer
_INSTALLED, _MEMBERS = "slack/installation/", "slack/organisation/"
_STATES, _CLAIMS = "slack/oauth/", "slack/claim/"


class Installed(msgspec.Struct, frozen=True):
    """Parley in one workspace, or in an organisation with all its workspaces."""

    id: str  # T1, or E1
    name: str
    token: str  # xoxb-…, or xoxe.xoxb-… where the app rotates its tokens
    bot: str  # Parley's user id there
    refresh: str = ""  # the token's refresh token; good once
    expires: float = 0.0  # seconds since 1970; 0: never
    at: float = 0.0  # seconds since 1970, when it was installed


class Installations(AsyncInstallationStore):
    """As Bolt's OAuth flow fills it."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        organisation = installation.is_enterprise_install
        await self.put(
            Installed(
                id=(installation.enterprise_id if organisation else installation.team_id) or "",
                name=(installation.enterprise_name if organisation else installation.team_name)
                or "",
                token=installation.bot_token or "",
                bot=installation.bot_user_id or "",
                refresh=installation.bot_refresh_token or "",
                expires=float(installation.bot_token_expires_at or 0),
                at=installation.installed_at,
            )
        )

    async def put(self, installed: Installed) -> None:
        await self._state.put(_INSTALLED + installed.id, msgspec.json.encode(installed).decode())

    async def get(self, id_: str) -> Installed | None:
        row = await self._state.get(_INSTALLED + id_)
        return msgspec.json.decode(row, type=Installed) if row else None

    async def of(self, team: str, organisation: str = "") -> Installed | None:
        """The installation that serves this workspace; `organisation` where the platform says
        that it is its organisation's, which is kept: who delivers an answer is not told again.
        """
        if not organisation and (own := await self.get(team)):
            return own
        known = await self._state.get(_MEMBERS + team) or ""
        if team and organisation not in {"", known}:
            await self._state.put(_MEMBERS + team, organisation)
        return await self.get(organisation or known)

    async def all(self) -> list[Installed]:
        rows = await self._state.scan(_INSTALLED)
        return [msgspec.json.decode(row, type=Installed) for _, row in rows]

    async def delete(self, id_: str) -> None:
        """All that was kept of it."""
        await self._state.delete(_INSTALLED + id_)
        for key, organisation in await self._state.scan(_MEMBERS):
            if id_ in {organisation, key.removeprefix(_MEMBERS)}:
                await self._state.delete(key)

    @asynccontextmanager
    async def claimed(self, id_: str) -> AsyncIterator[bool]:
        """Whether nobody else holds this claim, in any process: who has put its own and then sees
        no other is alone, as everybody puts first. Two at once may both be refused.
        """
        prefix = f"{_CLAIMS}{id_}/"
        mine = prefix + secrets.token_hex(8)
        try:
            await self._state.put(mine, str(time.time() + _CLAIM_LASTS))
            claims = await self._state.scan(prefix)
            now = time.time()
            yield not any(key != mine and float(until) > now for key, until in claims)
            for key, until in claims:
                if float(until) <= now:
                    await self._state.delete(key)
        finally:
            await self._state.delete(mine)


class States(AsyncOAuthStateStore):
    """What /slack/install sends along, and /slack/oauth_redirect wants back: good once."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *_: object, **__: object) -> str:
        await self._forget_old()
        state = secrets.token_urlsafe(24)
        await self._state.put(_STATES + state, str(time.time() + STATE_LASTS))
        return state

    async def async_consume(self, state: str) -> bool:
        until = await self._state.get(_STATES + state)
        await self._state.delete(_STATES + state)
        return until is not None and time.time() < float(until)

    async def _forget_old(self) -> None:
        for key, until in await self._state.scan(_STATES):
            if time.time() > float(until):
                await self._state.delete(key)
