"""Who may read what, and what Parley can do about messages, on every platform."""

import asyncio

import pytest
from msgspec.structs import replace

from bot.errors import Refused
from bot.events import Author


async def heard(house, number=1):
    """The last event, once there are so many."""
    async with asyncio.timeout(10):
        while len(house.heard) < number:
            await asyncio.sleep(0.005)
    await house.settled()
    return house.heard[-1]


async def test_who_speaks_in_a_channel_may_read_it_and_who_is_no_one_there_may_not(house, world):
    await world.say("lunch?")
    event = await heard(house)
    assert await world.adapter.order.may_read(event.author, event.place)
    assert await world.adapter.order.may_read(event.author, replace(event.place, thread=""))
    for stranger in ("", "elsewhere:T1:U1", "discord:1", "slack:T9:UADA", "page:"):
        assert not await world.adapter.order.may_read(Author(stranger), event.place)


async def test_what_is_said_to_parley_alone_is_read_by_nobody_else(house, world):
    await world.direct("a secret", by="ada")
    ada = await heard(house)
    await world.direct("another one", by="bob")
    bob = await heard(house, 2)
    may = [
        await world.adapter.order.may_read(who.author, where.place)
        for who in (ada, bob) for where in (ada, bob)
    ]  # fmt: skip
    assert may == [True, False, False, True]


async def test_who_was_removed_from_a_private_channel_may_not_read_it_any_more(house, world):
    await world.say("lunch?", by="ada")
    ada = await heard(house)
    await world.say("yes", by="bob")
    bob = await heard(house, 2)
    await world.close_channel("ada", "bob")
    assert await world.adapter.order.may_read(ada.author, ada.place)
    await world.close_channel("bob")
    await house.settled()
    await _until_not(world.adapter, ada)
    assert await world.adapter.order.may_read(bob.author, ada.place)


async def _until_not(adapter, event):
    """A gateway tells of it a moment later."""
    for _ in range(1_000):
        if not await adapter.order.may_read(event.author, event.place):
            return
    pytest.fail("it may still be read")


async def test_each_message_has_a_link_of_its_own(house, world):
    first = await world.say("lunch?")
    one = await heard(house)
    second = await world.say("where?", thread=first)
    two = await heard(house, 2)
    links = {await world.adapter.order.link(event.place, event.source) for event in (one, two)}
    assert (one.source, two.source) == (first, second)
    assert len(links) == 2
    assert "" not in links


async def test_a_message_is_marked_once(house, world):
    said = await world.say("lunch?")
    event = await heard(house)
    for _ in range(2):
        await world.adapter.order.react(event.place, event.source, "🚩")
    await world.until(lambda: len(world.reactions(said)) == 1)


async def test_what_is_removed_takes_its_answer_along(house, world):
    root = await world.mention("hello")
    await house.answered()
    event = house.heard[0]
    await world.adapter.order.remove(event.place, event.source)
    await world.until(lambda: not world.posts())
    assert not world.stands(root)
    await world.adapter.order.remove(event.place, event.source)  # what is gone is no trouble


async def test_what_is_said_to_nobody_can_be_removed(house, world):
    said = await world.say("rude")
    event = await heard(house)
    await world.adapter.order.remove(event.place, event.source)
    await world.until(lambda: not world.stands(said))


async def test_somebody_is_timed_out_or_it_is_said_why_not(house, world):
    await world.say("rude")
    event = await heard(house)
    if world.adapter.name == "slack":
        with pytest.raises(Refused, match="no time-outs"):
            await world.adapter.order.time_out(event.place, event.author, 60)
    else:
        await world.adapter.order.time_out(event.place, event.author, 60)


async def test_what_is_edited_and_what_is_a_picture_only_is_heard_where_nobody_asked(house, world):
    """Whoever watches a channel hears all that is said there."""
    said = await world.say("nice")
    await heard(house)
    await world.edit(said, "rude")
    event = await heard(house, 2)
    assert (event.message, event.text) == (house.heard[0].id, "rude")
    assert not event.addressed
