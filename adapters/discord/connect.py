"""Parley on Discord: the gateway to hear, the REST API to speak."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Unpack

import discord

from adapters.discord import address, doctor, history, limits, menu, patches, render
from adapters.discord.desk import Desk
from adapters.discord.files import Files
from adapters.discord.gateway import Gateway
from adapters.discord.hearing import Hearing
from adapters.discord.intake import Intake
from adapters.discord.order import Order
from adapters.discord.places import PLATFORM, Places
from adapters.discord.reading import Reading
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest, refused_token
from adapters.discord.seen import Seen
from adapters.discord.settings import Settings
from adapters.discord.sign import Signs
from adapters.pacing import Paces
from bot.commands import Commands, Suggest
from bot.events import Attachment, Message, Place
from bot.ports import WHERE, Accept, Delivery, Finding, Ground, Which
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
    patches.prepare(settings)
    return Discord(settings, ground)


async def check(settings: Settings, ground: Ground, commands: Commands) -> Sequence[Finding]:
    """Raises ParleyError where Discord does not take the token."""
    patches.prepare(settings)
    rest = Rest(_token(settings))
    try:
        looking = doctor.examine(rest, settings, ground.state, commands)
        return [finding async for finding in looking]
    except discord.HTTPException as error:
        return [Finding(f"Discord does not answer as it should: {error}", "!!")]
    finally:
        await rest.close()


class Discord:
    name = PLATFORM
    speaks: Literal["opus", "mp3"] = "opus"
    answers_in = WHERE
    largest = limits.FILE

    def __init__(self, settings: Settings, ground: Ground) -> None:
        self._token = _token(settings)
        self._settings = settings
        self._state = ground.state
        self._where = ground.where
        self._rest = Rest(self._token, settings.discord_requests_per_second)
        self._responses = Responses(self._rest)
        self._files = Files(self._rest, settings.discord_api_url)
        self._paces = Paces(render.EDIT_INTERVAL)
        self._signs = Signs(self._rest)
        self._content = True
        self._gateway: Gateway | None = None
        self.clock = time.monotonic  # of what is known of people
        now = lambda: self.clock()  # noqa: E731, PLW0108  tests move it
        self._reading = Reading(self._rest, self._guild, now)
        self.order = Order(self._rest, self._reading)

    def alone(self, place: Place) -> bool:
        return not place.workspace

    @property
    def health(self) -> str:
        return self._gateway.health if self._gateway else "Connecting to Discord."

    async def run(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        await self._rest.open()
        seen = Seen(self._state, _share(self._settings))
        await seen.load()
        places = Places(self._settings, self._state, self._rest.me, self._where)
        intake = Intake(accept, places, seen, self._rest.me)
        hearing = Hearing(intake, seen, self._settings.discord_catch_up_hours)
        desk = Desk(accept, suggest, commands, places, self._responses, self._rest)
        keeping = asyncio.create_task(seen.keep())
        try:
            await self._listen(hearing, desk, seen, commands)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await seen.save()

    async def deliver(self, delivery: Delivery, screen: Screen) -> None:
        way_back = address.read(delivery.address)
        await self._responses.settled(way_back.token)
        await render.deliver(
            self._rest, self._paces, self._signs,
            delivery=delivery, address=way_back, screen=screen,
        )  # fmt: skip

    def open(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        return self._files.open(attachment)

    async def history(self, place: Place, before: str, limit: int) -> Sequence[Message]:
        return await history.read(self._rest, place, before, limit)

    async def called(self, place: Place) -> str:
        if not place.workspace:  # direct messages have no name
            return ""
        try:
            found = await self._rest.call("GET", "/channels/{channel_id}", channel_id=place.channel)
        except (discord.HTTPException, OSError) as error:
            log.info("the name of channel %s is not told: %s", place.channel, error)
            return ""
        return f"#{found['name']}" if found.get("name") else ""

    async def forget(self, place: Place | None, **which: Unpack[Which]) -> None:
        """What is said is kept by Discord alone."""

    async def close(self) -> None:
        await self._reading.close()
        await self._files.close()
        await self._rest.close()

    def _guild(self, id_: int) -> discord.Guild | None:
        """As the gateway knows it; of a shard that is down it knows what was."""
        gateway = self._gateway
        return gateway.get_guild(id_) if gateway and gateway.health == "ok" else None

    async def _listen(self, hearing: Hearing, desk: Desk, seen: Seen, commands: Commands) -> None:
        try:
            await self._hear(hearing, desk, seen, commands)
        except discord.PrivilegedIntentsRequired:
            if not self._content:
                raise
            self._content = False
            log.warning(_NO_CONTENT)
            await self._hear(hearing, desk, seen, commands)

    async def _hear(self, hearing: Hearing, desk: Desk, seen: Seen, commands: Commands) -> None:
        """Ends by an error, always: Discord's goodbye is one too."""
        gateway = Gateway(self._settings, hearing, desk, seen, content=self._content)
        connection = asyncio.create_task(self._connect(gateway, commands))
        try:
            await asyncio.wait([connection])
            connection.result()
            raise ConnectionError("Discord ended the connection")
        except discord.ConnectionClosed as error:
            raise refused_token(error) if error.code == _REFUSED else error from error
        finally:
            self._gateway = None
            await _leave(gateway)
            connection.cancel()
            await asyncio.wait([connection])

    async def _connect(self, gateway: Gateway, commands: Commands) -> None:
        """A task of its own: discord.py may swallow a cancellation while it connects again, and
        heeds one only once it is closed.
        """
        await gateway.login(self._token)
        if 0 in (self._settings.discord_shard_ids or (0,)):  # of several processes, one
            await menu.sync(gateway.http, gateway.application_id or 0, self._state, commands)
        self._gateway = gateway
        await gateway.connect()


async def _leave(gateway: Gateway) -> None:
    try:
        async with asyncio.timeout(_LEAVING):
            await gateway.stop()
    except TimeoutError:
        log.warning("Discord's gateway did not say goodbye")


def _share(settings: Settings) -> str:
    """Of the work, this process's: it keeps account of it apart from the others."""
    shards = ",".join(map(str, settings.discord_shard_ids))
    return f"/{settings.discord_shard_count}/{shards}" if shards else ""


def _token(settings: Settings) -> str:
    if settings.discord_token is None:
        raise WrongSetting("Discord needs DISCORD_TOKEN")
    return settings.discord_token.get_secret_value()
