"""Pictures that somebody made part of a thread: what is asked there is asked with them."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from bot.events import Place
from bot.openai.catalogue import Model
from bot.openai.chat_parts import PicturePart
from bot.pictures import looking
from bot.pictures.work import Work
from bot.storage.preferences import Preferences
from bot.storage.works import Works

_MOST = 4  # answers with pictures that a thread looks at: the last
_NAME = "pictures"


class Offered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pictures that came with a question, in the work's folder."""

    files: tuple[str, ...]


class Shared:
    def __init__(self, preferences: Preferences, works: Works, model: Model) -> None:
        self._preferences = preferences
        self._works = works
        self.sees = "image_url" in model.choices.get("parts", ())

    async def add(self, place: Place, delivery: str) -> None:
        known = [other for other in await self._deliveries(place) if other != delivery]
        await self._preferences.put(place.key, _NAME, " ".join([*known, delivery][-_MOST:]))

    async def of(self, place: Place) -> Sequence[PicturePart]:
        """Those that are still kept."""
        return await self.these(await self._preferences.of(place.key))

    async def these(self, preferences: Mapping[str, str]) -> Sequence[PicturePart]:
        """The same, by the preferences of the place."""
        if not self.sees:
            return ()
        parts = [await self._parts(delivery) for delivery in preferences.get(_NAME, "").split()]
        return [part for found in parts for part in found]

    async def _deliveries(self, place: Place) -> list[str]:
        return (await self._preferences.of(place.key)).get(_NAME, "").split()

    async def _parts(self, delivery: str) -> list[PicturePart]:
        files = [await self._works.file(delivery, name) for name in await self._names(delivery)]
        return [await asyncio.to_thread(_part, content) for content in files if content]

    async def _names(self, delivery: str) -> Sequence[str]:
        if work := await self._works.of(delivery, Work):
            return [picture.file for picture in work.pictures]
        offered = await self._works.of(delivery, Offered)
        return offered.files if offered else ()


def _part(content: bytes) -> PicturePart:
    return PicturePart.of(looking.seen(content), "image/webp")
