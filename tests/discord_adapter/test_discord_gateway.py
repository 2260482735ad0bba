import asyncio
from types import SimpleNamespace

import pytest

from adapters.discord.gateway import Gateway
from adapters.discord.patches import Backoff
from bot.parts import Text
from bot.settings import WrongSetting
from tests.contract.discord import adapter_to
from tests.discord_adapter.conftest import COMMANDS, Inbox, delivery_for, eventually
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


async def test_a_session_that_can_be_resumed_is_resumed(bot, discord):
    async with bot.running():
        await discord.gateway.invalidate(resumable=True)
        await discord.mention("meanwhile")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "meanwhile"
    assert discord.gateway.opened == {"identify": 1, "resume": 1}


async def test_when_asked_to_reconnect_the_session_goes_on(bot, discord):
    async with bot.running():
        await discord.gateway.ask_to_reconnect()
        await discord.mention("meanwhile")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "meanwhile"
    assert discord.gateway.opened == {"identify": 1, "resume": 1}


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


async def test_a_connection_that_says_nothing_is_a_dead_one(bot, discord, monkeypatch):
    monkeypatch.setattr(Gateway, "silence", 0.1)
    discord.gateway.beat = 20
    discord.gateway.mute = True
    async with bot.running():
        await discord.mention("anybody there?")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "anybody there?"
    assert discord.gateway.opened["resume"] >= 1


async def test_where_the_first_connection_fails_another_is_tried(bot, discord, monkeypatch):
    quick = SimpleNamespace(**vars(asyncio) | {"sleep": lambda _: asyncio.sleep(0)})
    monkeypatch.setattr("discord.shard.asyncio", quick)
    discord.gateway.refusals = 3
    async with bot.running():
        await discord.mention("hello")
        await bot.inbox.holds(1)
    assert discord.gateway.opened["refused"] == 3


async def test_without_an_api_the_start_is_tried_again_by_whoever_supervises_it(bot, discord):
    await discord.__aexit__()
    with pytest.raises(OSError, match="connect"):
        await bot.adapter.run(bot.inbox, suggest_nothing, COMMANDS)
    assert bot.adapter.health != "ok"


async def test_parley_leaves_also_while_discord_is_out_of_reach(bot, discord, caplog):
    async with bot.running():
        discord.gateway.refusals = 1000
        discord.drop()
        await discord.until(lambda: discord.gateway.opened["refused"])
        assert "Traceback" not in caplog.text
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5


async def test_parley_is_well_while_it_has_a_session(bot, discord):
    assert bot.adapter.health == "Connecting to Discord."
    async with bot.running():
        await discord.mention("hello")
        await bot.inbox.holds(1)
        assert bot.adapter.health == "ok"
        discord.gateway.refusals = 1000
        discord.drop()
        await eventually(lambda: bot.adapter.health != "ok")
        assert "1 of 1 connections to Discord are down" in bot.adapter.health
        discord.gateway.refusals = 0
        await eventually(lambda: bot.adapter.health == "ok")


PARTIAL = {"embeds": [], "attachments": []}  # what Discord has sent without a word more


@pytest.mark.parametrize("event", ["MESSAGE_UPDATE", "MESSAGE_CREATE", "INTERACTION_CREATE"])
async def test_what_is_not_understood_does_not_end_the_connection(bot, discord, event, caplog):
    async with bot.running():
        root = await discord.mention("one")
        where = {"id": root, "channel_id": discord.store.general, "guild_id": discord.store.guild}
        await discord.gateway.tell(event, where | PARTIAL)
        await discord.mention("two")
        await bot.inbox.holds(2)
    assert discord.gateway.opened == {"identify": 1}
    assert f"{event} from Discord is not understood" in caplog.text


async def test_several_processes_share_the_shards_and_one_sends_the_menu(discord, restarted):
    mine = (int(discord.store.guild) >> 22) % 2
    elsewhere = discord.store.guild_on(shard=1 - mine, shards=2)
    zero, one = (restarted(discord_shard_count=2, discord_shard_ids=str(shard)) for shard in (0, 1))
    async with zero.running(), one.running():
        assert set(discord.gateway.sessions) == {0, 1}
        await discord.mention("here")
        await discord.mention("elsewhere", channel=elsewhere)
        await discord.direct("alone")
        heard = [await zero.inbox.holds(2), await one.inbox.holds(1)]
        assert zero.adapter.health == one.adapter.health == "ok"
    for process in (zero, one):
        await process.adapter.close()
    texts = [{event.text for event in events} for events in heard]
    assert texts == [{"here" if mine == 0 else "elsewhere", "alone"},
                     {"elsewhere" if mine == 0 else "here"}]  # fmt: skip
    assert discord.requests["PUT /applications/*/commands"] == 1


async def test_what_each_of_several_processes_missed_is_read_by_it(discord, restarted):
    """Although the other one heard much since then."""
    shard = 1 - (int(discord.store.guild) >> 22) % 2
    elsewhere = discord.store.guild_on(shard, shards=2)
    mine, other = (
        restarted(discord_shard_count=2, discord_shard_ids=str(s)) for s in (1 - shard, shard)
    )
    async with mine.running():
        async with other.running():
            await discord.mention("one", channel=elsewhere)
            await other.inbox.holds(1)
        await discord.mention("missed", channel=elsewhere)
        discord.advance(120)
        await discord.mention("heard")
        await mine.inbox.holds(1)
    again = restarted(discord_shard_count=2, discord_shard_ids=str(shard))
    async with again.running():
        await again.inbox.until(lambda: "missed" in {e.text for e in again.inbox.events})
    for process in (mine, other, again):
        await process.adapter.close()


async def test_where_the_work_is_shared_out_anew_nothing_is_lost(bot, discord, restarted):
    async with bot.running():
        await discord.mention("one")
        await bot.inbox.holds(1)
    await discord.mention("missed")
    shard = (int(discord.store.guild) >> 22) % 2
    one = restarted(discord_shard_count=2, discord_shard_ids=str(shard))
    async with one.running():
        await one.inbox.until(lambda: "missed" in {e.text for e in one.inbox.events})
    await one.adapter.close()


async def test_a_process_without_the_first_shard_leaves_the_menu_alone(discord, restarted):
    one = restarted(discord_shard_count=2, discord_shard_ids="1")
    async with one.running():
        pass
    await one.adapter.close()
    assert not discord.store.menu


def test_however_long_discord_is_away_it_is_looked_for_soon():
    waits = Backoff()
    assert max(waits.delay() for _ in range(50)) <= Backoff.longest
