"""The whole of Parley on a bad day."""

import asyncio
from collections import Counter

import pytest

from adapters.discord.limits import Window
from tests.contract.discord import DiscordWorld
from tests.contract.house import living

QUESTIONS, CHANNELS = 1000, 20


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_1000_questions_with_replays_and_drops_are_answered_once_and_in_their_place(tmp_path):
    world = DiscordWorld()
    world.interval = 0.0
    discord, gateway = world.discord, world.discord.gateway
    channels = [discord.store.channel(f"room {number}")["id"] for number in range(CHANNELS)]
    asked = {}
    async with living(world, tmp_path) as house:
        world.adapter._rest._window = Window(1_000_000)  # not Discord's 50 in a second
        await discord.until(lambda: gateway.connected)
        for number in range(QUESTIONS):
            if number % 100 == 50:
                resumed = gateway.opened["resume"]
                discord.drop()
            channel = channels[number % CHANNELS]
            root = await discord.mention(f"number {number}", channel=channel)
            asked[root] = f"You said: number {number}"
            if number % 5 == 0:
                await discord.redeliver()
            if number % 100 == 50:
                await discord.until(lambda r=resumed: gateway.opened["resume"] > r)
        async with asyncio.timeout(240):
            await house.openai.called(QUESTIONS)
            while not await house.dispatcher._lanes.idle(10):
                pass
        posts = world.posts()
    assert gateway.opened == {"identify": 1, "resume": QUESTIONS // 100}
    assert Counter(post.thread for post in posts) == Counter(asked.keys())
    assert {post.thread: post.text for post in posts} == asked
