"""A button acts in the channel whose message shows it, whatever somebody makes its id say."""

from contextlib import aclosing

from bot.commands import Handler
from bot.errors import Refused
from bot.events import Invocation, Place
from bot.parts import Reply
from bot.run import Run
from bot.storage.forgetting import Forgetting


def belonging(storage: Forgetting, handler: Handler) -> Handler:
    async def belonged(run: Run) -> Reply:
        if isinstance(run.event, Invocation) and run.event.of and run.event.by != "parley":
            kept = await storage.of(run.event.of)
            if kept and kept.place and not _same_channel(kept.place, run.event.place):
                raise Refused("This button belongs to another channel.")
        async with aclosing(handler(run)) as parts:
            async for part in parts:
                yield part

    return belonged


def _same_channel(key: str, place: Place) -> bool:
    """The workspace may be another: who presses in a channel that two share is of either."""
    platform, _, channel, _ = key.split(":", 3)
    return (platform, channel) == (place.platform, place.channel)
