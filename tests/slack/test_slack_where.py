"""What happens in a channel is written down in its order, also while somebody looks up where an
answer is to stand.
"""

import asyncio

from adapters.slack.where import placed_by
from bot.events import Author, Deleted, Message, Place

ADA = Author("slack:T1:ADA")


def said(number, channel="C1", **more):
    place = Place("slack", "T1", channel, f"{number}.0")
    facts = {"addressed": True} | more
    return Message(id=f"m{number}", place=place, author=ADA, at=0.0, text="hi",
                   source=f"{number}.0", **facts)  # fmt: skip


def deleted(number, channel="C1"):
    place = Place("slack", "T1", channel, f"{number}.0")
    return Deleted(id=f"m{number}:deleted", place=place, author=ADA, at=0.0, message=f"m{number}")


async def test_what_is_asked_about_holds_up_its_channel_and_no_other():
    known, taken = asyncio.Event(), []

    async def where(_place, _author):
        await known.wait()
        return "channel"

    async def accept(event):
        taken.append(event)
        return "accepted"

    take = placed_by(where, accept)
    happened = (said(1), deleted(1), said(2, addressed=False), said(3, channel="C2",
                addressed=False), said(4, channel="DADA"))  # fmt: skip
    tasks = [asyncio.create_task(take(event)) for event in happened]
    await asyncio.gather(*tasks[3:])
    assert [event.id for event in taken] == ["m3", "m4"]
    known.set()
    await asyncio.gather(*tasks)
    assert [event.id for event in taken] == ["m3", "m4", "m1", "m1:deleted", "m2"]
    assert [event.flat for event in taken] == [False, False, True, False, False]
    assert [event.place.thread for event in taken[2:]] == ["", "1.0", "2.0"]
