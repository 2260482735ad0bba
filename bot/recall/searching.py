"""Words and meaning together, for one person."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from bot.events import Author, Place
from bot.recall.embedding import Embedding
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Found, Scope

if TYPE_CHECKING:
    from bot.recall.meaning import Indexes, Near
    from bot.recall.vectors import Floats

EACH = 60  # found by words, and by meaning
LONGEST = 1_000  # characters of what is asked that count: the last
PATIENCE = 2.0  # seconds that an answer waits for a link
ALIKE = 0.3  # the cosine from which a passage without the words is taken to be about the same
NEARLY = 0.15  # and from which a person may judge that
_DAMPING = 60  # of reciprocal rank fusion: https://doi.org/10.1145/1571941.1572114
_ROUNDS = 8  # looks for what the person may read, behind what they may not


class Hit(NamedTuple):
    found: Found
    worded: bool  # it has some of the words
    cosine: float

    def alike(self, least: float = ALIKE) -> bool:
        return self.worded or self.cosine >= least


class Asked(NamedTuple):
    text: str
    vector: "Floats | None"


class Searching:
    def __init__(self, services: Services) -> None:
        self.embedding = Embedding(services)
        self._recall = services.recall
        self._adapters = services.adapters

    @cached_property
    def _indexes(self) -> "Indexes":
        from bot.recall.meaning import Indexes  # noqa: PLC0415  NumPy, imported when first used

        return Indexes(self._recall.vectors, self.embedding.model)

    async def find(self, payer: Payer, text: str, scope: Scope, limit: int) -> list[Hit]:
        """The best first."""
        if not await self._recall.anything(scope):
            return []
        return await self._fused(await self._asked(payer, text), scope, limit)

    async def find_readable(self, payer: Payer, author: Author, text: str, limit: int) -> list[Hit]:
        """Everywhere in the workspace where this person may read now."""
        scope = Scope(payer.workspace)
        if not await self._recall.anything(scope):
            return []
        asked, sight = await self._asked(payer, text), Sight(self, author)
        for _ in range(_ROUNDS):
            unread = frozenset(sight.unread)
            hits = await self._fused(asked, scope._replace(unread=unread), EACH)
            readable = await sight.of(hits, limit)
            if len(readable) == limit or sight.unread == unread:
                break
        return readable

    async def may_read(self, author: Author, place: Place) -> bool:
        adapter = self._adapters.get(place.platform)
        return adapter is not None and await adapter.order.may_read(author, place)

    async def source(self, found: Found) -> str:
        """`“report.pdf”, page 3`, or `4 May 2026, https://…`."""
        if found.title:
            return f"“{found.title}”" + (f", {found.part}" if found.part else "")
        day = time.strftime("%d %B %Y", time.gmtime(found.at)).lstrip("0")
        link = await self.link(found)
        return f"{day}, {link}" if link else day

    async def link(self, found: Found) -> str:
        """To the answer, or to the thread; "" where there is none."""
        place = place_of(found.place)
        # Discord's ids have the channel before them.
        posted = (await self._recall.posted(found.delivery)).rpartition("/")[2] or place.thread
        adapter = self._adapters.get(place.platform)
        if not (adapter and posted):
            return ""
        try:
            async with asyncio.timeout(PATIENCE):
                return await adapter.order.link(place, posted)
        except TimeoutError:
            return ""

    async def _asked(self, payer: Payer, text: str) -> Asked:
        text = text[-LONGEST:].strip()
        return Asked(text, await self.embedding.of(payer, text) if text else None)

    async def _fused(self, asked: Asked, scope: Scope, limit: int) -> list[Hit]:
        worded = await self._recall.worded(asked.text, scope, EACH)
        near: list[Near] = []
        if asked.vector is not None:
            near = await self._indexes.near(asked.vector, scope, EACH)
        ids = fused(worded, [one.id for one in near])[:limit]
        cosines = {one.id: one.cosine for one in near}
        return [
            Hit(found, found.id in worded, cosines.get(found.id, 0.0))
            for found in await self._recall.these(ids)
        ]


class Sight:
    """What one person may read, asked once for one search and then forgotten."""

    def __init__(self, searching: Searching, author: Author) -> None:
        self._searching = searching
        self._author = author
        self._known: dict[str, bool] = {}
        self.unread: set[str] = set()  # channels and places

    async def of(self, hits: Sequence[Hit], limit: int) -> list[Hit]:
        """The first ones; nobody is asked about the rest."""
        readable: list[Hit] = []
        for hit in hits:
            if len(readable) < limit and hit.alike(NEARLY) and await self.reads(hit.found):
                readable.append(hit)
        return readable

    async def reads(self, found: Found) -> bool:
        place = place_of(found.place)
        channel = Place(place.platform, place.workspace, place.channel)
        return await self._may(found.channel, channel) and await self._may(found.place, place)

    async def _may(self, key: str, place: Place) -> bool:
        if key not in self._known:
            self._known[key] = await self._searching.may_read(self._author, place)
            if not self._known[key]:
                self.unread.add(key)
        return self._known[key]


def fused(*rankings: Sequence[int]) -> list[int]:
    """Best first: what stands high in several goes before what stands highest in one."""
    scores = defaultdict[int, float](float)
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, 1):
            scores[id_] += 1 / (_DAMPING + rank)
    return sorted(scores, key=lambda id_: -scores[id_])


def place_of(key: str) -> Place:
    """By its Place.key."""
    return Place(*key.split(":", 3))
