"""Parley on Discord: the gateway to hear, the REST API to speak."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import address, menu, render
from adapters.discord.gateway import Gateway
from adapters.discord.intake import Intake
from adapters.discord.receive import PLATFORM
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest, refused_token
from adapters.discord.seen import Seen
from adapters.discord.settings import Settings
from adapters.pacing import Paces
from bot.commands import Commands, Suggest
from bot.errors import Refused
from bot.events import Attachment, Message, Place
from bot.ports import Accept, Delivery, Finding, Ground
from bot.screen import Screen
from bot.settings import WrongSetting

log = logging.getLogger(__name__)

_REFUSED = 4004  # the gateway does not know the token
_NO_CONTENT = (
    "Discord has not granted Parley the Message Content intent (developer portal, Bot): "
    "it reads mentions, replies and direct messages only"
)
_LEAVING = 4.0  # seconds; a gateway that does not say goodbye is left without


def connect(settings: Settings, ground: Ground) -> "Discord":
    # Naughty: these are globals of discord.py, so one process speaks with one Discord.
    Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # Parley does not call
    return Discord(settings, ground)


async def check(settings: Settings, _ground: Ground, _commands: Commands) -> Sequence[Finding]:
    """Whether Discord takes the token, as a sentence. Raises ParleyError where it does not."""
    if settings.discord_token is None:
        raise WrongSetting("Discord needs DISCORD_TOKEN")
    Route.BASE = settings.discord_api_url
    rest = Rest(settings.discord_token.get_secret_value())
    try:
        await rest.open()
    finally:
        await rest.close()
    return [Finding(f"Discord takes the token; Parley is {rest.me} there.")]


class Discord:
    name = PLATFORM
    health = "ok"

    def __init__(self, settings: Settings, ground: Ground) -> None:
        if settings.discord_token is None:
            raise WrongSetting("Discord needs DISCORD_TOKEN")
        self._token = settings.discord_token.get_secret_value()
        self._settings = settings
        self._state = ground.state
        self._rest = Rest(self._token)
        self._responses = Responses(self._rest)
        self._paces = Paces(render.EDIT_INTERVAL)
        self._content = True

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        del suggest
        await self._rest.open()
        seen = Seen(self._state)
        await seen.load()
        intake = Intake(accept, commands, self._responses, seen, self._rest.me)
        keeping = asyncio.create_task(seen.keep())
        try:
            await self._listen(intake, seen, commands)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await seen.save()

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        way_back = address.read(delivery.address)
        await self._responses.settled(way_back.token)
        await render.deliver(self._rest, self._paces, delivery, way_back, screen)

    async def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        raise Refused(f"“{attachment.name}” cannot be opened here.")
        yield b""

    async def history(self, _place: Place, _before: str, _limit: int) -> Sequence[Message]:
        return ()

    async def close(self) -> None:
        await self._rest.close()

    async def _listen(self, intake: Intake, seen: Seen, commands: Commands) -> None:
        try:
            await self._hear(intake, seen, commands)
        except discord.PrivilegedIntentsRequired:
            if not self._content:
                raise
            self._content = False
            log.warning(_NO_CONTENT)
            await self._hear(intake, seen, commands)

    async def _hear(self, intake: Intake, seen: Seen, commands: Commands) -> None:
        """Ends by an error, always: Discord's goodbye is one too."""
        url = self._settings.discord_gateway_url
        gateway = Gateway(
            intake,
            seen,
            content=self._content,
            url=yarl.URL(url) if url else None,
            catch_up_hours=self._settings.discord_catch_up_hours,
        )
        try:
            await gateway.login(self._token)
            await menu.sync(gateway.http, gateway.application_id or 0, self._state, commands)
            await gateway.connect()
            raise ConnectionError("Discord ended the connection")
        except discord.ConnectionClosed as error:
            raise refused_token(error) if error.code == _REFUSED else error from error
        finally:
            await _leave(gateway)


async def _leave(gateway: Gateway) -> None:
    try:
        async with asyncio.timeout(_LEAVING):
            await gateway.stop()
    except TimeoutError:
        log.warning("Discord's gateway did not say goodbye")
