"""How long what was said is remembered: by the channel, or as the operator set."""

import time
from collections.abc import Callable

from bot.forgetting.forgetter import Forgetter, place_of
from bot.services import Services

NAME = "retention"  # of the preference, in days; 0: for ever
DAY = 86_400.0  # seconds


class Retention:
    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        self._preferences = services.preferences
        self._storage = services.forgetting
        self._usual = services.settings.retention_days
        self._forgetter = Forgetter(services)
        self._clock = clock

    async def days(self, channel: str) -> int | None:
        """None: for ever. `channel`: Place.channel_key."""
        chosen = (await self._preferences.of(channel)).get(NAME)
        return (int(chosen) if chosen else self._usual) or None

    async def work(self) -> None:
        """Forget what is older. What stands on a platform that keeps it by itself stays there."""
        for channel in await self._storage.channels():
            if days := await self.days(channel):
                await self._prune(channel, self._clock() - days * DAY)

    async def _prune(self, channel: str, before: float) -> None:
        while kept := await self._storage.older(channel, before):
            for one in kept:
                await self._storage.forget(one.delivery)
        place = place_of(channel)
        await self._forgetter.on_platform(place.platform, place, before=before)
        await self._storage.finish()
