"""A command that is written as a reply is about the message replied to, with all of Parley."""

import pytest

from tests.contract.discord import DiscordWorld
from tests.contract.house import living


@pytest.fixture
async def house(tmp_path):
    async with living(DiscordWorld(), tmp_path) as house:
        yield house


async def test_speak_as_a_reply_to_a_message_reads_that_one_aloud(house):
    discord = house.world.discord
    await house.world._heard_of()
    fox = await discord.say("The fox is red.", by="bob")
    await discord.say("The hen is white.", by="bob")
    await discord.mention("speak", to=fox)
    await discord.until(lambda: any(post.files for post in discord.posts()))
    await house.settled()
    assert house.openai.calls[-1].body["input"] == "The fox is red."


async def test_what_parley_said_can_be_read_aloud_by_a_reply_to_it(house):
    discord = house.world.discord
    await house.world.mention("hello")
    (answer,) = await house.answered()
    await discord.mention("/speak", to=answer.id, channel=answer.thread)
    await discord.until(lambda: any(post.files for post in discord.posts()))
    await house.settled()
    assert house.openai.calls[-1].body["input"] == "You said: hello."
