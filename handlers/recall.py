"""What was said and written before, found again by who may read it now."""

from collections.abc import Iterable, Mapping

from bot.chores import Chore
from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Invocation, Value
from bot.parts import Reply, Status, Text
from bot.recall.said import NAME, Hearing
from bot.recall.searching import Hit, Searching
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer

SHOWN = 5
QUOTED = 300  # characters of one passage
STATES = ("on", "off")
ON = (
    "Recall is **on** in this channel: what is said to Parley here, and what it answers, can be "
    "found again by those who may read it, with `/recall`, and Parley thinks of it by itself here. "
    "Its index is charged to who asked. `/recall off` ends it."
)
OFF = "Recall is **off** in this channel, and nothing of what was said here is in its index."


def setup(services: Services) -> Iterable[Command | Chore]:
    recall = Recall(services)
    yield from recall.hearing.chores
    yield Command(
        "recall",
        "Find what was said before, where you may read; on and off: whether this channel is found",
        recall.recall,
        (Option("words", "What it was about, or on, or off", required=True),),
        private=True,
        tool=True,
        changes=lambda values: _state(values) in STATES,
    )


class Recall:
    def __init__(self, services: Services) -> None:
        self._admins = services.admins
        self._recall = services.recall
        self._preferences = services.preferences
        self._searching = Searching(services)
        self.hearing = Hearing(services, self._searching.embedding)

    async def recall(self, run: Run) -> Reply:
        event = run.event
        values = event.values if isinstance(event, Invocation) else {}
        if (state := _state(values)) in STATES:
            yield Text(await self._switch(run, state))
            return
        words = str(values.get("words", "")).strip()
        yield Status("Looking…")
        hits = await self._searching.find_readable(Payer.of(run), event.author, words, SHOWN)
        yield Text(await self._shown(hits) if hits else await self._nothing(run))

    async def _switch(self, run: Run, state: str) -> str:
        """Refused here and not in the layer, as one command is for all and for admins."""
        if run.event.author.id not in self._admins:
            raise Refused(f"`/recall {state}` is for admins. Ask one of them to do it for you.")
        channel = run.event.place.channel_key
        await self._preferences.put(channel, NAME, state)
        if state == "on":
            await self._recall.unrecalled.catch_up(channel)
            return ON
        await self._recall.forget_channel(channel)
        return OFF

    async def _shown(self, hits: list[Hit]) -> str:
        return "\n\n".join([await self._searching.cited(hit.found, QUOTED) for hit in hits])

    async def _nothing(self, run: Run) -> str:
        told = "Nothing was found where you may read."
        if await self.hearing.is_on(run.event.place.channel_key):
            return told
        return f"{told} Recall is off in this channel; an admin switches it on with `/recall on`."


def _state(values: Mapping[str, Value]) -> str:
    """One of STATES, where it is to be switched."""
    return str(values.get("words", "")).strip().lower()
