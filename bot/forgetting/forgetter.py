"""Forgets on request: Parley's memory of it, and what Parley posted of it."""

import logging
from collections.abc import Sequence
from typing import Unpack

from bot.errors import NotAccepted
from bot.events import Author, Place
from bot.ports import Which
from bot.services import Services
from bot.storage.forgetting import Kept

log = logging.getLogger(__name__)
WITHDRAW = "withdraw forgotten"  # the command that does it


class Forgetter:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._storage = services.forgetting

    async def forget(self, kept: Sequence[Kept]) -> None:
        """With the posts that answered it, and what a platform of ours keeps of it by itself."""
        for one in kept:
            await self._withdraw(one)
            messages = await self._storage.messages(one.delivery)
            await self._storage.forget(one.delivery)
            if messages and one.place:
                place = place_of(one.place)
                await self.on_platform(place.platform, place, messages=messages)
        await self._storage.finish()

    async def on_platform(
        self, platform: str, place: Place | None = None, **which: Unpack[Which]
    ) -> None:
        """As Adapter.forget, where it is connected."""
        if adapter := self._services.adapters.get(platform):
            await adapter.forget(place, **which)

    async def _withdraw(self, one: Kept) -> None:
        """What a tool made stands in the answer that asked for it."""
        if "." in one.delivery or not one.place:
            return
        try:
            await self._services.announce(
                f"withdraw:{one.delivery}", WITHDRAW, author=Author(one.author),
                place=place_of(one.place), of=one.delivery,
            )  # fmt: skip
        except NotAccepted as error:  # what Parley remembers is forgotten nevertheless
            log.warning("%s stays posted: %s", one.delivery, error)


def place_of(key: str) -> Place:
    """A Place from its key, or a channel's."""
    platform, workspace, channel, *thread = key.split(":", 3)
    return Place(platform, workspace, channel, *thread)
