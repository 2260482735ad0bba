"""Forgets on request: Parley's memory of it, and what Parley posted of it."""

import logging
from collections.abc import Sequence
from typing import Unpack

from bot.errors import NotAccepted
from bot.events import Author, Place, Stop
from bot.ports import Which
from bot.services import Services
from bot.storage.forgetting import Kept
from bot.storage.inbox import Taken

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

    async def end(self, author: str, but: str) -> int:
        """What this person asked and is not answered yet, but for the delivery `but`, ends and is
        forgotten once it has. How much it was. Raises NotAccepted.
        """
        under_way = [
            taken for taken in await self._storage.under_way(author) if taken.delivery != but
        ]
        for taken in under_way:
            await self._end(taken)
        return len(under_way)

    async def _end(self, taken: Taken) -> None:
        if isinstance(taken.event, Stop):
            raise TypeError("a control is not a turn")
        of, name, end = taken.event.of, f"end:{taken.delivery}", self._services.announce.end
        await end(name, taken.delivery, taken.event)
        await self._storage.leave(taken.event.place.key)
        if not of:
            return
        kept = await self._storage.of(of)
        if kept is None or kept.author == taken.event.author.id:
            await end(f"{name}:of", of, taken.event)
        else:  # an answer to somebody else, which they had written anew
            await self._services.announce.stop(f"{name}:of", of, taken.event)

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
