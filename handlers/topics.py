"""/topics: what was talked about lately, in groups, for who may read it now."""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence

from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation, Turn, Value
from bot.parts import Reply, Status, Text
from bot.recall.said import NAME
from bot.recall.searching import Searching
from bot.recall.topics import Told, Topic, Topics, Wish
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Found

DAY = 86_400.0  # seconds
USUAL, LONGEST = 7, 365  # days
MOST = 20  # groups, or categories
LONG = 200  # characters of a category
QUOTED = 160  # characters of a passage
FEW = 4  # groups of which more is shown
WHERE = ("here", "everywhere")


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "topics",
        "What was talked about lately, in groups, or under categories of yours",
        Desk(services).reply,
        (
            Option("days", f"How far back; {USUAL} if you do not say", int, minimum=1,
                   maximum=LONGEST),
            Option("categories", "Sort it under these instead: bugs, wishes, praise for the docs"),
            Option("groups", "How many; as many as there seem to be if you do not say", int,
                   minimum=1, maximum=MOST),
            Option("where", "In this channel, or everywhere that you may read", choices=WHERE),
        ),
        private=True,
        tool=True,
    )  # fmt: skip


class Desk:
    def __init__(self, services: Services) -> None:
        self._preferences = services.preferences
        self._searching = Searching(services)
        self._topics = Topics(services, self._searching)

    async def reply(self, run: Run) -> Reply:
        event = run.event
        values = event.values if isinstance(event, Invocation) else {}
        days = int(values.get("days", USUAL))  # type: ignore[arg-type]  # it is a number
        wish = _wish(event, values, days)
        yield Status("Reading…")
        told = await self._topics.told(Payer.of(run), event.author, wish)
        if told.topics:
            yield Text("\n\n".join([_head(told, wish, days), *await self._shown(told)]))
        else:
            yield Text(await self._nothing(told, wish, days))

    async def _shown(self, told: Told) -> list[str]:
        """Each topic with what is cited of it."""
        number = 3 if len(told.topics) <= FEW else 2
        cited = await asyncio.gather(
            *(self._cited(topic.nearest[:number]) for topic in told.topics)
        )
        return [
            f"**{rank}. {topic.heading or 'this and that'}** ({_when(topic)})\n\n{quotes}"
            for rank, (topic, quotes) in enumerate(zip(told.topics, cited, strict=True), 1)
        ]

    async def _cited(self, passages: Sequence[Found]) -> str:
        quotes = (self._searching.cited(one, QUOTED) for one in passages)
        return "\n\n".join(await asyncio.gather(*quotes))

    async def _nothing(self, told: Told, wish: Wish, days: int) -> str:
        if told.waiting:
            have = "has no vector" if told.waiting == 1 else "have no vectors"
            return (f"{_passages(told.waiting)} {have} yet. They are made in the background, "
                    "within the budget of who asked; try again later.")  # fmt: skip
        if not wish.channel:
            return (f"Nothing is kept of {_days(days)} where you may read. Recall keeps what is "
                    "said where an admin says `/recall on`.")  # fmt: skip
        if (await self._preferences.of(wish.channel)).get(NAME) != "on":
            return ("Recall is off in this channel, so what is said here is not kept for this. An "
                    "admin switches it on with `/recall on`.")  # fmt: skip
        return f"Nothing was said to Parley here in {_days(days)}. Ask for more `days`."


def _wish(event: Turn, values: Mapping[str, Value], days: int) -> Wish:
    """Raises Refused."""
    groups = values.get("groups")
    return Wish(
        since=event.at - days * DAY,
        channel="" if values.get("where") == "everywhere" else event.place.channel_key,
        groups=groups if isinstance(groups, int) else None,
        categories=_categories(values),
    )


def _categories(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Raises Refused."""
    words = [
        " ".join(one.split()) for one in re.split(r"[,;\n]", str(values.get("categories", "")))
    ]
    categories = tuple(dict.fromkeys(filter(None, words)))
    if len(categories) > MOST or any(len(one) > LONG for one in categories):
        raise Refused(
            f"`categories` are at most {MOST}, with commas between, of at most {LONG} characters."
        )
    return categories


def _head(told: Told, wish: Wish, days: int) -> str:
    where = "here" if wish.channel else "where you may read"
    of = f"{told.looked_at:,} of {told.of:,} passages" if told.looked_at < told.of else ""
    head = f"What was talked about {where} in {_days(days)}: {of or _passages(told.of)}."
    if told.waiting:
        head += f" {_passages(told.waiting)} more wait for their vectors."
    return head


def _when(topic: Topic) -> str:
    first, last = _day(topic.first), _day(topic.last)
    return f"{_passages(topic.size)}, {first if first == last else f'{first} to {last}'}"


def _day(at: float) -> str:
    return time.strftime("%d %B %Y", time.gmtime(at)).lstrip("0")


def _days(number: int) -> str:
    return "the last day" if number == 1 else f"the last {number} days"


def _passages(number: int) -> str:
    return "1 passage" if number == 1 else f"{number:,} passages"
