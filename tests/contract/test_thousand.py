"""A thousand questions on a bad day: one in five comes again, every hundredth the line breaks."""

import random

import pytest

from tests.contract.discord import DiscordWorld
from tests.contract.house import living
from tests.contract.slack import SlackWorld

QUESTIONS = 1000


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("world", [SlackWorld, DiscordWorld], ids=["slack", "discord"])
async def test_a_thousand_questions_get_a_thousand_answers_each_in_its_thread(world, tmp_path):
    dice = random.Random(3)
    roots = {}
    async with living(world(), tmp_path) as house:
        for number in range(QUESTIONS):
            roots[await house.world.mention(f"number {number}")] = f"You said: number {number}"
            if dice.random() < 1 / 5:
                await house.world.redeliver()
            if number % 100 == 99:
                await house.world.drop()
            if number % 50 == 49:  # as fast as they are answered, or each waits for all
                await house.world.until(lambda n=number: len(house.world.posts()) > n)
        await house.answered(QUESTIONS)
        await house.world.redeliver_unacknowledged()
        await house.settled()
        posts = house.world.posts()
        assert len(posts) == QUESTIONS
        assert {post.thread: post.text for post in posts} == roots
        assert len(house.openai.calls) == QUESTIONS
