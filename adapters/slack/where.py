"""Where an answer in a channel stands: in a thread of the question, as is usual on Slack, or in the
channel itself, where people chose that.
"""

import asyncio
from weakref import WeakValueDictionary

from msgspec.structs import replace

from bot.events import Event, Invocation, Message
from bot.ports import Accept, Accepted, Where


def placed_by(where: Where, accept: Accept) -> Accept:
    """`accept` that hears of it too. What happens in a channel is written down in its order, though
    nobody waits until that is done: many are written down as one.
    """
    lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(event: Event) -> Accepted:
        line = lines.setdefault(event.place.channel_key, asyncio.Lock())
        async with line:
            if _on_top(event) and await where(event.place, event.author) == "channel":
                event = replace(event, place=replace(event.place, thread=""), flat=True)
            taking = asyncio.ensure_future(accept(event))
        return await taking

    return take


def _on_top(event: Event) -> bool:
    """It is said to Parley in a channel, outside of its threads; direct messages have no others."""
    if event.place.channel.startswith("D"):
        return False
    if isinstance(event, Message):
        return event.addressed and event.place.thread == event.source
    asked = isinstance(event, Invocation) and event.by in {"slash", "form"} and not event.of
    return asked and not event.place.thread
