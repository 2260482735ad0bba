"""What is read aloud, on every platform, as people get it."""

import pytest

from bot.media.probing import probe
from tests.contract.house import living
from tests.contract.test_adapters import WORLDS


@pytest.fixture(params=WORLDS.values(), ids=WORLDS.keys())
async def house(request, tmp_path):
    async with living(request.param(), tmp_path) as house:
        yield house


@pytest.fixture
def world(house):
    return house.world


async def heard(house):
    """The name of the recording, once the answer is whole."""
    await house.world.until(lambda: any(post.files for post in house.world.posts()))
    await house.settled()
    ((name,),) = [post.files for post in house.world.posts() if post.files]
    return name


async def test_a_text_is_read_aloud_in_what_people_can_play_there(house, world, tmp_path):
    root = await world.mention("/speak Good morning to all of you.")
    name = await heard(house)
    path = tmp_path / name
    path.write_bytes(world.content(name))
    spoken = house.world.adapter.speaks
    assert probe(path).codec.startswith(spoken)
    assert {post.thread for post in world.posts()} == {root}
    assert not any(post.card for post in world.posts())


async def test_a_message_is_read_aloud_from_its_own_menu(house, world):
    said = await world.say("Lunch is at one.", by="bob")
    await world.shortcut("Read aloud", on=said)
    await heard(house)
    assert house.openai.calls[-1].body["input"] == "Lunch is at one."


async def test_what_cannot_be_read_aloud_is_said_in_a_sentence(house, world):
    await world.mention("/speak ---")
    await house.shows("no words")
    assert house.openai.calls == []
