"""Parley on Slack: one client, one socket, one door for all that comes in."""

import logging
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.slack import receive, render, web
from adapters.slack.settings import Settings
from adapters.slack.socket import Socket
from bot.commands import Commands, Suggest
from bot.errors import NotAccepted, Refused, Undeliverable
from bot.events import Attachment, Message, Place
from bot.ports import Accept, Delivery, Finding, Ground
from bot.screen import Screen
from bot.settings import WrongSetting

log = logging.getLogger(__name__)
DONE, AGAIN = 200, 503  # what Slack hears: "got it", and nothing, so that it delivers again


def connect(settings: Settings, _ground: Ground | None = None) -> "Slack":
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        raise WrongSetting("Slack needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN")
    return Slack(
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_api_url,
    )


async def check(settings: Settings, _ground: Ground, _commands: Commands) -> Sequence[Finding]:
    """Whether Slack takes both tokens, as a sentence. Raises ParleyError where it does not."""
    slack = connect(settings)
    try:
        return [Finding(await slack.introduced())]
    finally:
        await slack.close()


class Slack:
    name = receive.PLATFORM
    health = "ok"

    def __init__(self, bot_token: str, app_token: str, url: str) -> None:
        self._web = web.client(bot_token, url)
        self._app_token = app_token
        self._workspace = render.Workspace(self._web)

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        del suggest
        web.open_session(self._web)
        self._workspace.streaming.accept = accept
        door = Door(accept, commands, await self._who_we_are())
        # Before Bolt's own middleware: what comes over our socket needs no authorization.
        app = AsyncApp(
            name="parley",
            client=self._web,
            before_authorize=door.enter,
            logger=_bolts_log(),
        )
        await Socket(app, self._app_token).run()

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        web.open_session(self._web)
        await render.deliver(self._workspace, delivery, screen)

    async def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        raise Refused(f"“{attachment.name}” cannot be opened here.")
        yield b""

    async def history(self, _place: Place, _before: str, _limit: int) -> Sequence[Message]:
        return ()

    async def close(self) -> None:
        if self._web.session:
            await self._web.session.close()

    async def introduced(self) -> str:
        """Try both tokens. Raises WrongSetting."""
        web.open_session(self._web)
        bot = await self._who_we_are()
        try:
            await self._web.apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            raise WrongSetting("Slack refuses SLACK_APP_TOKEN", str(error)) from error
        return f"Slack takes both tokens; Parley is {bot} there."

    async def _who_we_are(self) -> str:
        """The bot's user id."""
        try:
            answer = await web.asked(self._web.auth_test())
        except (Undeliverable, SlackApiError) as error:
            if isinstance(error, SlackApiError) and web.error_code(error) == "ratelimited":
                raise
            raise WrongSetting("Slack refuses SLACK_BOT_TOKEN", str(error)) from error
        log.info("on Slack as %s in %s", answer.get("user"), answer.get("team"))
        return str(answer["user_id"])


class Door:
    """Through which everything comes in: written down, then acknowledged."""

    def __init__(self, accept: Accept, commands: Commands, bot: str) -> None:
        self._accept = accept
        self._commands = commands
        self._bot = bot

    async def enter(self, body: dict[str, Any]) -> BoltResponse:
        """What is not for us is acknowledged too, or Slack would deliver it four times."""
        try:
            event = receive.event(body, self._commands, self._bot)
            if event:
                await self._accept(event)
        except Refused as refusal:
            return _answer(refusal.sentence)
        except NotAccepted as error:
            log.error("an event was not accepted: %s", error)
            # A command is not delivered again, so its author hears of it.
            return _answer(error.sentence) if "command" in body else BoltResponse(status=AGAIN)
        return BoltResponse(status=DONE)


def _answer(sentence: str) -> BoltResponse:
    return BoltResponse(status=DONE, body={"response_type": "ephemeral", "text": sentence})


def _bolts_log() -> logging.Logger:
    """Bolt warns of a token in the environment, which it finds itself and does not use."""
    bolts = log.getChild("bolt")
    bolts.setLevel(logging.ERROR)
    return bolts
