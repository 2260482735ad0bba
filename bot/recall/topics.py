"""What people talked about, in groups: of what one person may read now."""

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bot.events import Author
from bot.recall.headings import headings
from bot.recall.searching import Searching, Sight, place_of
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Found
from bot.storage.taking import taken
from bot.storage.vectors import Said, Spoken, Spot

if TYPE_CHECKING:
    from bot.recall.vectors import Floats

MOST = 10_000  # passages that are looked at, of more a sample
THREADS = 300  # that a platform is asked about, of more a sample
AT_ONCE = 8  # of them
PATIENCE = 8.0  # seconds for all of them; what is not known then is not read
SHOWN = 3  # passages of a group
OTHERS = "Something else"
_READ = 150  # texts of a group, by which it gets its heading


class Wish(NamedTuple):
    since: float
    channel: str  # Place.channel_key; "": everywhere
    groups: int | None = None
    categories: Sequence[str] = ()


class Topic(NamedTuple):
    heading: str
    size: int
    first: float
    last: float
    nearest: Sequence[Found]  # to its middle


class Told(NamedTuple):
    topics: Sequence[Topic]
    looked_at: int
    of: int  # passages
    waiting: int  # without a vector


class Topics:
    def __init__(self, services: Services, searching: Searching) -> None:
        self._recall = services.recall
        self._searching = searching

    async def told(self, payer: Payer, author: Author, wish: Wish) -> Told:
        """Raises ParleyError, where the categories have no vectors."""
        made_by = self._searching.embedding.made_by
        said = Said(payer.workspace, wish.channel, made_by, wish.since)
        spoken = await self._readable(author, await self._recall.vectors.places(said))
        places = [one.place for one in spoken if one.known]
        spots = await self._recall.vectors.spots(said, places, MOST) if places else []
        groups = await self._groups(payer, spots, wish) if spots else {}
        return Told(
            await self._topics(groups, wish.categories), len(spots),
            sum(one.known for one in spoken), sum(one.waiting for one in spoken),
        )  # fmt: skip

    async def _readable(self, author: Author, spoken: Sequence[Spoken]) -> list[Spoken]:
        """To whom a channel is closed, its threads are."""
        sight = Sight(self._searching, author)
        channels = await self._seen(sight, {f"{_channel(one.place)}:" for one in spoken})
        threads = [one.place for one in spoken if f"{_channel(one.place)}:" in channels]
        may = await self._seen(sight, taken(threads, THREADS))
        return [one for one in spoken if one.place in may]

    async def _seen(self, sight: Sight, places: Collection[str]) -> set[str]:
        """Those that may be read."""
        seen, room = set[str](), asyncio.Semaphore(AT_ONCE)

        async def look(place: str) -> None:
            async with room:
                if await sight.sees(place):
                    seen.add(place)

        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as looks:
                for place in places:
                    looks.create_task(look(place))
        except TimeoutError:
            return seen
        return seen

    async def _groups(
        self, payer: Payer, spots: Sequence[Spot], wish: Wish
    ) -> dict[int, list[Spot]]:
        """Each with what is nearest to its middle first."""
        from bot.recall import grouping  # noqa: PLC0415  NumPy, imported when first used

        numbers = await self._recall.vectors.of([spot.passage for spot in spots])
        kept = [spot for spot in spots if spot.passage in numbers]  # the others are forgotten
        middles: list[Floats] = []
        if wish.categories:
            middles = await self._searching.embedding.each(payer, wish.categories)
        found = await asyncio.to_thread(
            grouping.gathered, list(numbers.values()), middles, wish.groups
        )
        return {number: [kept[row] for row in rows] for number, rows in found.items()}

    async def _topics(
        self, groups: dict[int, list[Spot]], categories: Sequence[str]
    ) -> list[Topic]:
        """In the order of the groups."""
        read = [
            await self._recall.these([spot.passage for spot in group[:_READ]])
            for group in groups.values()
        ]
        if categories:
            heads = [(*categories, OTHERS)[number] for number in groups]
        else:
            texts = [[found.text for found in some] for some in read]
            heads = await asyncio.to_thread(headings, texts)
        return [
            _topic(head, group, some)
            for head, group, some in zip(heads, groups.values(), read, strict=True)
        ]


def _channel(place: str) -> str:
    return place_of(place).channel_key


def _topic(heading: str, group: Sequence[Spot], read: Sequence[Found]) -> Topic:
    """Of one answer only one passage is shown."""
    nearest = {found.delivery: found for found in reversed(read)}
    shown = [found for found in read if nearest[found.delivery] is found]
    times = [spot.at for spot in group]
    return Topic(heading, len(group), min(times), max(times), shown[:SHOWN])
