import asyncio

import pytest

from adapters.discord import seen
from bot.events import Message
from tests.contract.discord import adapter_to
from tests.discord_adapter.conftest import COMMANDS, Inbox, eventually
from tests.fakes.parley import suggest_nothing


@pytest.fixture(autouse=True)
def _kept_at_once(monkeypatch):
    monkeypatch.setattr(seen, "_INTERVAL", 0.01)


async def test_what_was_said_while_parley_was_away_is_read(bot, discord, restarted):
    async with bot.running():
        root = await discord.mention("one")
        await discord.direct("two")
        await bot.inbox.holds(2)
    await discord.mention("three")
    await discord.say("four", thread=root)
    await discord.direct("five")
    other = restarted()
    other.inbox = bot.inbox
    async with other.running():
        events = await bot.inbox.holds(5)
    await other.adapter.close()
    assert {event.text for event in events} == {"one", "two", "three", "four", "five"}


async def test_at_the_very_first_start_nothing_old_is_read(bot, discord):
    await discord.mention("before Parley was there")
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"


async def test_what_is_older_than_the_operator_wants_is_not_read(bot, discord, state):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    discord.advance(-7200)
    discord.store._last_id = 0
    later = await discord.mention("two hours old")
    state.kept["discord/seen"] = str(int(later) - 1)
    other = Inbox()
    adapter = adapter_to(discord, state, discord_catch_up_hours=1)
    task = asyncio.create_task(adapter.run(other, suggest_nothing, COMMANDS))
    await discord.until(lambda: discord.requests["GET /channels/*/messages"])
    await discord.until(lambda: discord.gateway.connected)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await adapter.close()
    assert "two hours old" not in [event.text for event in other.events]


async def test_what_failed_to_be_written_down_is_read_at_the_next_start(bot, discord, restarted):
    bot.inbox.broken = 1
    async with bot.running():
        await discord.mention("lost?")
        await bot.inbox.until(lambda: bot.inbox.asked)
        bot.inbox.broken = 100
    other = restarted()
    async with other.running():
        (event,) = await other.inbox.holds(1)
    await other.adapter.close()
    assert event.text == "lost?"


async def test_what_was_missed_is_taken_in_before_what_is_newer(bot, discord, restarted):
    async with bot.running():
        root = await discord.mention("one")
        await discord.direct("alone one")
        await bot.inbox.holds(2)
    for text in ("two", "three"):
        await discord.say(text, thread=root)
        await discord.direct(f"alone {text}")
    other = restarted()
    other.inbox = bot.inbox
    held = other.adapter._rest
    async with other.running():
        await discord.say("four", thread=root)
        await discord.direct("alone four")
        events = await bot.inbox.holds(8)
    assert held.me
    await other.adapter.close()
    alone = [event.text for event in events if not event.place.workspace]
    among = [event.text for event in events if event.place.workspace]
    assert among == ["one", "two", "three", "four"]
    assert alone == ["alone one", "alone two", "alone three", "alone four"]


async def test_what_is_newer_waits_for_its_own_channel_only(bot, discord, restarted, monkeypatch):
    async with bot.running():
        await discord.direct("one", by="bob")
        await discord.mention("two")
        await bot.inbox.holds(2)
    await discord.direct("three", by="bob")
    discord.stall("bob")
    other = restarted()
    async with other.running():
        await discord.mention("four")
        await other.inbox.until(lambda: "four" in {e.text for e in other.inbox.events})
        assert "three" not in {event.text for event in other.inbox.events}
        discord.release()
        await other.inbox.until(lambda: "three" in {e.text for e in other.inbox.events})
    await other.adapter.close()


async def test_what_could_not_be_read_is_read_after_the_next_start(bot, discord, restarted):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    await discord.mention("two")
    discord.refuse_next("GET /channels/.*/messages", 400, 0)
    other = restarted()
    async with other.running():
        await discord.mention("three")
        await other.inbox.holds(1)
    await other.adapter.close()
    assert [event.text for event in other.inbox.events] == ["three"]
    third = restarted()
    async with third.running():
        await third.inbox.until(lambda: "two" in {event.text for event in third.inbox.events})
    await third.adapter.close()


async def test_a_channel_that_parley_may_not_read_holds_up_nothing(bot, discord, restarted, state):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    await discord.mention("two")
    discord.refuse_next("GET /channels/.*/messages", 403, 50001)
    other = restarted()
    async with other.running():
        last = int(await discord.mention("three"))
        await eventually(lambda: int(state.kept["discord/seen"]) >= last)
    await other.adapter.close()


async def test_nothing_is_read_where_nothing_was_missed(bot, discord, restarted, state):
    async with bot.running():
        last = int(await discord.mention("one"))
        await eventually(lambda: int(state.kept.get("discord/seen", 0)) >= last)
    other = restarted()
    async with other.running():
        await discord.mention("two")
        await other.inbox.holds(1)
    await other.adapter.close()
    assert not discord.requests["GET /channels/*/messages"]


async def test_of_a_server_that_parley_just_joined_nothing_is_read(bot, discord, restarted):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    await discord.say("before Parley came")
    discord.advance(5)
    discord.store.joined = discord.store.time()
    other = restarted()
    async with other.running():
        await discord.mention("hello")
        await other.inbox.holds(1)
    await other.adapter.close()
    assert [event.text for event in other.inbox.events] == ["hello"]
    assert not discord.requests["GET /channels/*/messages"]


async def test_what_was_deleted_meanwhile_is_not_there_and_what_was_edited_says_the_last(
    bot, discord, restarted
):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    gone = await discord.mention("gone")
    edited = await discord.mention("helo")
    discord.delete(gone)
    await discord.edit(edited, "hello")
    other = restarted()
    other.inbox = bot.inbox
    async with other.running():
        events = await bot.inbox.holds(2)
    await other.adapter.close()
    assert [event.text for event in events] == ["one", "hello"]
    assert all(type(event) is Message for event in events)
