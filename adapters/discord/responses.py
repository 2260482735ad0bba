"""Telling Discord that an interaction was heard: within 3 seconds, and before its answer."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord

from adapters.discord.rest import Rest

log = logging.getLogger(__name__)

_ANSWER_IN = 3.0  # seconds that Discord waits
_THINKING, _NOTHING_YET = 5, 6  # Discord's types of a response: to a command, to a button
_EPHEMERAL = 64


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

    async def acknowledge(self, native: discord.Interaction, *, hidden: bool) -> None:
        """Where it fails (too late, twice, a dropped connection) the answer finds another way."""
        response: dict[str, Any] = {"type": _NOTHING_YET}
        if native.type is discord.InteractionType.application_command:
            response = {"type": _THINKING, "data": {"flags": _EPHEMERAL if hidden else 0}}
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        request: dict[str, Any] = {"webhook_id": native.id, "webhook_token": native.token}
        try:
            async with asyncio.timeout(_ANSWER_IN):
                await self._rest.call("POST", path, json=response, **request)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("interaction %s is not acknowledged: %r", native.id, error)
