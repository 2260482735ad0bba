"""The workspaces that Parley is in: who it is there, and how it writes there."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import web
from adapters.slack.installations import Installations, Installed
from adapters.slack.rotation import Rotation
from adapters.slack.workspace import Workspace
from bot.errors import Undeliverable
from bot.settings import WrongSetting

log = logging.getLogger(__name__)
_KNOWN_FOR = 20.0  # seconds until another process's installation or removal is seen


@dataclass
class Team:
    """`bot` is our user id there; "" until Slack has told it."""

    workspace: Workspace
    bot: str = ""

    @property
    def web(self) -> AsyncWebClient:
        return self.workspace.web


class Teams(Protocol):
    trouble: str  # why nothing works in the one workspace that there is; ""
    new: Callable[[AsyncWebClient], Workspace]  # how its answers are paced

    async def begin(self) -> None:
        """Before anything is taken in. Raises WrongSetting."""
        ...

    async def of(self, team: str, organisation: str = "") -> Team | None:
        """The workspace with this id; None where Parley is not, or no longer, installed."""
        ...

    async def removed(self, team: str, organisation: str, at: float) -> None:
        """Slack says that Parley was removed there, at this time (seconds since 1970)."""
        ...

    async def refused(self, team: str, token: str | None, sentence: str) -> bool:
        """Slack takes this token no more, for the reason that the sentence says. Whether there is
        another one by now.
        """
        ...


class OneTeam:
    """The workspace that SLACK_BOT_TOKEN is for."""

    def __init__(self, client: AsyncWebClient, bot: str = "") -> None:
        self.trouble = ""
        self.new: Callable[[AsyncWebClient], Workspace] = Workspace
        self._client = client
        self._bot = bot
        self._team: Team | None = None

    async def begin(self) -> None:
        web.open_session(self._client)
        try:
            answer = await web.asked(self._client.auth_test())
        except (Undeliverable, SlackApiError) as error:
            if isinstance(error, SlackApiError) and web.error_code(error) == "ratelimited":
                raise
            raise WrongSetting("Slack refuses SLACK_BOT_TOKEN", str(error)) from error
        (await self.of("")).bot = str(answer["user_id"])
        self.trouble = ""
        log.info("on Slack as %s in %s", answer.get("user"), answer.get("team"))

    async def of(self, _team: str, _organisation: str = "") -> Team:
        if self._team is None:
            self._team = Team(self.new(self._client), self._bot)
        return self._team

    async def removed(self, team: str, _organisation: str, _at: float) -> None:
        try:
            await web.asked(self._client.auth_test())
        except web.TokenRefused as error:
            await self.refused(team, None, error.sentence)

    async def refused(self, team: str, _token: str | None, sentence: str) -> bool:
        self.trouble = sentence
        log.error("in %s: %s", team, sentence)
        return False


class ManyTeams:
    """Those that installed it by OAuth. One's trouble is not the others'."""

    def __init__(
        self, client: AsyncWebClient, installations: Installations, pair: tuple[str, str]
    ) -> None:
        self.trouble = ""
        self.new: Callable[[AsyncWebClient], Workspace] = Workspace
        self._client = client
        self._installations = installations
        self._rotation = Rotation(client, installations, pair)
        self._known: dict[str, Team] = {}
        self._read: dict[str, float] = {}

    async def begin(self) -> None:
        web.open_session(self._client)
        names = ", ".join(i.name for i in await self._installations.all())
        log.info("on Slack in %s", names or "no workspace yet")

    async def of(self, team: str, organisation: str = "") -> Team | None:
        if time.monotonic() < self._read.get(team, -_KNOWN_FOR) + _KNOWN_FOR:
            return self._known[team]
        installed = await self._installations.of(team, organisation)
        if installed is None:
            self._known.pop(team, None)
            self._read.pop(team, None)
            return None
        installed = await self._rotation.current(installed)
        self._read[team] = time.monotonic()
        return self._put(team, installed)

    def _put(self, team: str, installed: Installed) -> Team:
        """One object for as long as we live: its answers under way go on by the new token."""
        session = web.open_session(self._client)
        if team not in self._known:
            client = web.client(installed.token, self._client.base_url)
            self._known[team] = Team(self.new(client))
        known = self._known[team]
        known.web.token, known.web.session, known.bot = installed.token, session, installed.bot
        return known

    async def removed(self, team: str, organisation: str, at: float) -> None:
        id_ = organisation or team
        installed = await self._installations.get(id_)
        if installed is None or (at < installed.at and await self._works(installed)):
            return  # told late, and installed again since
        await self._installations.delete(id_)
        self._read.clear()
        log.warning("Parley was removed from %s; its token is erased", installed.name or id_)

    async def refused(self, team: str, token: str | None, sentence: str) -> bool:
        self._read.pop(team, None)
        now = await self.of(team)
        if now is not None and now.web.token != token:
            return True
        log.error("in %s: %s", team, sentence)
        return False

    async def _works(self, installed: Installed) -> bool:
        try:
            await web.asked(self._client.auth_test(token=installed.token))
        except web.TokenRefused:
            return False
        return True
