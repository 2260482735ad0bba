"""The first response to an interaction: within 3 seconds, and before its answer."""

import asyncio
import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord

from adapters.discord import address
from adapters.discord.rest import Rest
from bot.commands import Choice
from bot.events import Event

log = logging.getLogger(__name__)

_ANSWER_IN = 3.0  # seconds that Discord waits
_SAY, _THINKING, _NOTHING_YET, _CHOICES = 4, 5, 6, 8  # Discord's types of a response
_EPHEMERAL = 64
_LONGEST = 2000  # characters of a message
_MOST_CHOICES, _LONGEST_CHOICE = 25, 100
_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError)
_ORIGINAL = "/webhooks/{app}/{token}/messages/@original"
_CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"


class Responses:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._under_way: dict[str, asyncio.Event] = {}

    @contextmanager
    def under_way(self, token: str) -> Generator[None, None, None]:
        ended = self._under_way[token] = asyncio.Event()
        try:
            yield
        finally:
            ended.set()
            self._under_way.pop(token, None)  # a redelivered one was here at the same time

    async def settled(self, token: str) -> None:
        """Wait until the interaction is acknowledged, or that has failed."""
        if under_way := self._under_way.get(token):
            await under_way.wait()

    async def acknowledge(self, native: discord.Interaction, event: Event) -> None:
        """Heard. A command wants a response of its own; where it is answered elsewhere, that goes
        away again. Where this fails, the answer finds another way.
        """
        if native.message:
            await self.respond(native, {"type": _NOTHING_YET})
            return
        way_back = address.read(event.address)
        elsewhere = way_back.kind != "slash"
        flags = _EPHEMERAL if way_back.hidden or elsewhere else 0
        await self.respond(native, {"type": _THINKING, "data": {"flags": flags}})
        if elsewhere:
            await self._withdraw(native)

    async def say(self, native: discord.Interaction, sentence: str) -> None:
        """To this person alone."""
        data = {
            "content": sentence[:_LONGEST],
            "flags": _EPHEMERAL,
            "allowed_mentions": {"parse": []},
        }
        await self.respond(native, {"type": _SAY, "data": data})

    async def suggest(
        self, native: discord.Interaction, choices: Sequence[Choice], kind: type
    ) -> None:
        offered = [
            {"name": choice.label[:_LONGEST_CHOICE], "value": kind(choice.value)}
            for choice in choices[:_MOST_CHOICES]
        ]
        await self.respond(native, {"type": _CHOICES, "data": {"choices": offered}})

    async def _withdraw(self, native: discord.Interaction) -> None:
        request: dict[str, Any] = {"app": native.application_id, "token": native.token}
        try:
            await self._rest.call("DELETE", _ORIGINAL, **request)
        except _FAILED as error:
            log.info("the response to %s stays open: %r", native.id, error)

    async def respond(self, native: discord.Interaction, response: Mapping[str, Any]) -> bool:
        """False where it came too late or twice, or the connection dropped: the person sees that
        nothing came. Or where Discord does not take it: another response may still come.
        """
        request: dict[str, Any] = {"webhook_id": native.id, "webhook_token": native.token}
        try:
            async with asyncio.timeout(_ANSWER_IN):
                await self._rest.call("POST", _CALLBACK, json=response, **request)
        except _FAILED as error:
            log.warning("interaction %s is not acknowledged: %r", native.id, error)
            return False
        return True
