"""The typing sign: Parley is at work, and there is nothing to read yet."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager

import aiohttp
import discord

from adapters.discord.rest import Rest
from adapters.pacing import SIGN_AFTER

log = logging.getLogger(__name__)

_LASTS = 8.0  # seconds; Discord shows it for 10, or until a message comes


class Signs:
    """One a channel, however many answers are under way there."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._answers: Counter[str] = Counter()  # by channel
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @contextmanager
    def typing(self, channel: str) -> Generator[Callable[[], None], None, None]:
        """Until the block is left, or what it gives is called."""
        answers = [channel] if channel else []

        def end() -> None:
            while answers:
                self._leave(answers.pop())

        for each in answers:
            self._enter(each)
        try:
            yield end
        finally:
            end()

    def _enter(self, channel: str) -> None:
        self._answers[channel] += 1
        if channel not in self._tasks:
            self._tasks[channel] = asyncio.create_task(self._type(channel))

    def _leave(self, channel: str) -> None:
        self._answers[channel] -= 1
        if not self._answers[channel]:
            del self._answers[channel]
            self._tasks.pop(channel).cancel()

    async def _type(self, channel: str) -> None:
        try:
            await asyncio.sleep(SIGN_AFTER)
            while True:
                path = "/channels/{channel_id}/typing"
                await self._rest.call("POST", path, once=True, channel_id=channel)
                await asyncio.sleep(_LASTS)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.info("no typing sign: %s", error)  # the answer itself will tell what is wrong
