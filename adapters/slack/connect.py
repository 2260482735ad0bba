"""Parley on Slack: one workspace or many, heard by a socket or by HTTP, through one door."""

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Literal, Unpack

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import doctor, files, history, home, render, uploads, web
from adapters.slack.calls import Calls
from adapters.slack.door import Door
from adapters.slack.http import Requests
from adapters.slack.installations import Installations
from adapters.slack.intake import Intake
from adapters.slack.names import Names
from adapters.slack.oauth import OAuth
from adapters.slack.order import Order
from adapters.slack.people import People
from adapters.slack.refusals import explained
from adapters.slack.roles import Roles
from adapters.slack.said import PLATFORM, Here
from adapters.slack.settings import Settings
from adapters.slack.socket import Socket
from adapters.slack.teams import ManyTeams, OneTeam, Team, Teams
from adapters.slack.where import placed_by
from adapters.slack.workspace import Workspace
from bot.commands import Commands, Suggest
from bot.errors import Undeliverable
from bot.events import Attachment, Message, Place
from bot.ports import Accept, Delivery, Finding, Ground, Where, Which
from bot.screen import Screen

log = logging.getLogger(__name__)
_NOT_HERE = "Parley is not installed in this workspace any more. An admin has to install it again."


def connect(settings: Settings, ground: Ground) -> "Slack":
    client = web.client(_secret(settings.slack_bot_token) or None, settings.slack_api_url)
    teams: Teams = OneTeam(client)
    if settings.slack_client_id:
        teams = ManyTeams(client, Installations(ground.state), settings.pair)
        OAuth(settings, client, ground.state).mount(ground.http)
    teams.new = partial(Workspace, share=settings.slack_rate_share)
    slack = Slack(settings, client, teams, ground.where)
    if slack.requests:
        slack.requests.mount(ground.http)
    return slack


async def check(settings: Settings, ground: Ground, commands: Commands) -> Sequence[Finding]:
    """What the doctor finds. Raises ParleyError."""
    return await doctor.check(settings, ground.state, commands)


class Slack:
    name = PLATFORM
    speaks: Literal["opus", "mp3"] = "mp3"
    answers_in = ("thread", "channel")
    largest = uploads.LARGEST

    def __init__(
        self, settings: Settings, client: AsyncWebClient, teams: Teams, where: Where
    ) -> None:
        self.teams = teams
        self._where = where
        self.requests: Requests | None = None
        self._settings = settings
        self._web = client
        self._accept: Accept | None = None
        self._socket: Socket | None = None
        self._names = Names()
        self.clock = time.monotonic  # of what is known of people
        self.people = People(self._calls, lambda: self.clock())  # noqa: PLW0108  tests move it
        self.order = Order(self.people, self._calls, _secret(settings.slack_admin_token))
        if not settings.by_socket:
            self.requests = Requests(_secret(settings.slack_signing_secret))

    def alone(self, place: Place) -> bool:
        return place.channel.startswith("D")

    @property
    def health(self) -> str:
        if self.teams.trouble:
            return self.teams.trouble
        heard = self.requests or self._socket
        return heard.health if heard else "Parley is not connected to Slack yet."

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        web.open_session(self._web)
        await self.teams.begin()
        self._accept = accept
        noted = Roles(self.people).noted_by(placed_by(self._where, accept))
        intake = Intake(noted, suggest, commands, self._settings.slack_command_prefix)
        app = bolt(self._web, Door(self.teams, intake))
        if self.requests:
            return await self.requests.run(app)
        self._socket = Socket(app, _secret(self._settings.slack_app_token))
        return await self._socket.run()

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        team = await self._team(delivery.place.workspace)
        token, team.workspace.streaming.accept = team.web.token, self._accept
        try:
            if delivery.address == home.PAGE:
                await home.publish(team.web, delivery, screen)
            else:
                await render.deliver(team.workspace, delivery, screen)
        except web.TokenRefused as error:
            if await self.teams.refused(delivery.place.workspace, token, error.sentence):
                raise web.Lost("the token was replaced in the middle of an answer") from error
            raise
        self.teams.trouble = ""

    async def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        team = await self._asked(files.team(attachment))
        async with aclosing(files.content(team.web, attachment)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def history(self, place: Place, before: str, limit: int) -> Sequence[Message]:
        team = await self._asked(place.workspace)
        here = Here(place.workspace, team.bot)
        return await history.before(team.web, here, place, before, limit, names=self._names)

    async def called(self, place: Place) -> str:
        try:
            team = await self._team(place.workspace)
            answer = await web.asked(team.web.conversations_info(channel=place.channel))
        except (SlackApiError, Undeliverable, web.Lost) as error:
            log.info("the name of channel %s is not told: %s", place.channel, error)
            return ""
        name = (answer.get("channel") or {}).get("name") or ""
        return f"#{name}" if name else ""

    async def forget(self, place: Place | None, **which: Unpack[Which]) -> None:
        """What is said is kept by Slack alone."""

    async def close(self) -> None:
        await self.people.close()
        if self._web.session:
            await self._web.session.close()

    async def _calls(self, workspace: str) -> Calls:
        return (await self._team(workspace)).workspace.calls

    async def _asked(self, workspace: str) -> Team:
        """Raises Refused."""
        with explained("Parley cannot read this"):
            return await self._team(workspace)

    async def _team(self, workspace: str) -> Team:
        """Raises Undeliverable."""
        web.open_session(self._web)
        if team := await self.teams.of(workspace):
            return team
        raise Undeliverable(_NOT_HERE, cause=f"not installed in {workspace}")


def bolt(client: AsyncWebClient, door: Door) -> AsyncApp:
    """Its own middleware stands after ours, which answers everything: requests were verified
    before, and nothing has to be authorized by a call of Slack's.
    """
    return AsyncApp(
        name="parley",
        client=client,
        before_authorize=door,
        authorize=_nobody,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        logger=_bolts_log(),
    )


async def _nobody() -> AuthorizeResult:
    raise NotImplementedError


def _bolts_log() -> logging.Logger:
    """Bolt warns of a token in the environment, which it finds itself and does not use."""
    bolts = log.getChild("bolt")
    bolts.setLevel(logging.ERROR)
    return bolts


def _secret(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
