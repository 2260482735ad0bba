"""/retention: how long what is said in a channel is remembered."""

from collections.abc import Iterable

from bot.chores import Chore
from bot.commands import Command, Option
from bot.events import Invocation
from bot.forgetting.retention import NAME, Retention
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services

_PAUSE = 3_600.0  # seconds
_MOST = 36_500
_DAYS = Option("days", "How many; 0: for ever", int, minimum=0, maximum=_MOST)


def setup(services: Services) -> Iterable[Command | Chore]:
    desk = Desk(services)
    yield Chore("retention", desk.retention.work, _PAUSE)
    yield Command(
        "retention", "How many days Parley remembers what is said in this channel", desk.reply,
        (_DAYS,), access="admin", tool=True, changes=True,
    )  # fmt: skip


class Desk:
    def __init__(self, services: Services) -> None:
        self.retention = Retention(services)
        self._preferences = services.preferences

    async def reply(self, run: Run) -> Reply:
        event, channel = run.event, run.event.place.channel_key
        if isinstance(event, Invocation) and "days" in event.values:
            await self._preferences.put(channel, NAME, str(event.values["days"]))
        days = await self.retention.days(channel)
        told = "for ever" if days is None else "for a day" if days == 1 else f"for {days:,} days"
        yield Text(f"What is said in this channel is remembered {told}.")
