import asyncio

import pytest

from bot.parts import Text
from bot.settings import WrongSetting
from tests.contract.discord import adapter_to
from tests.discord_adapter.conftest import COMMANDS, Inbox, delivery_for
from tests.fakes.parley import suggest_nothing


async def test_200_messages_with_replays_and_drops_are_accepted_once(bot, discord):
    async with bot.running():
        for number in range(200):
            if number % 50 == 25:
                resumed = discord.gateway.opened["resume"]
                discord.drop()
                await discord.mention(f"{number}")
                await discord.until(lambda r=resumed: discord.gateway.opened["resume"] > r)
            else:
                await discord.mention(f"{number}")
            if number % 5 == 0:
                await discord.redeliver()
        events = await bot.inbox.holds(200)
    assert sorted(int(event.text) for event in events) == list(range(200))
    assert discord.gateway.opened["resume"] == 4


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


async def test_an_invalid_session_loses_nothing(bot, discord):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
        await discord.gateway.invalidate()
        await discord.mention("two")
        await discord.until(lambda: discord.gateway.opened["identify"] == 2)
        await discord.mention("three")
        events = await bot.inbox.holds(3)
    assert {event.text for event in events} == {"one", "two", "three"}


async def test_when_asked_to_reconnect_the_session_goes_on(bot, discord):
    async with bot.running():
        await discord.gateway.ask_to_reconnect()
        await discord.mention("meanwhile")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "meanwhile"
    assert discord.gateway.opened == {"identify": 1, "resume": 1}


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


async def test_without_the_privileged_intent_parley_hears_what_is_said_to_it(bot, discord, caplog):
    discord.gateway.grants_content = False
    async with bot.running():
        await discord.until(lambda: discord.gateway.connected)
        await discord.say("among us")
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"
    assert "Message Content intent" in caplog.text


async def test_a_refused_token_is_told_by_name_and_never_shown(discord, state):
    adapter = adapter_to(discord, state, discord_token="wrong.token")
    with pytest.raises(WrongSetting) as told:
        await adapter.run(Inbox(), suggest_nothing, COMMANDS)
    assert "DISCORD_TOKEN" in told.value.sentence
    assert "wrong.token" not in told.value.sentence
    await adapter.close()


async def test_after_the_run_answers_still_go_out(bot, discord):
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    await discord.mention("too late")
    await bot.deliver(delivery_for(event), Text("Hi"))
    assert [post.text for post in discord.posts()] == ["Hi"]
    assert len(bot.inbox.events) == 1
