"""What is said in a private thread is for who is in it: whoever else may read its channel gets no
word of it, by any path, and what is answered in the channel has none.
"""

import pytest

from adapters.discord.reading import KEPT
from bot.events import Author, Place
from tests.contract.discord import DiscordWorld
from tests.contract.house import living
from tests.contract.test_recall import prompts, remembered

SECRET = "The heron is a spy"
WAYS = [
    ("recall", "heron"), ("topics", ""), ("topics", "where:everywhere"),
    ("topics", "categories:heron where:everywhere"),
]  # fmt: skip


@pytest.fixture
async def house(tmp_path):
    async with living(DiscordWorld(), tmp_path) as house:
        yield house


@pytest.fixture
def world(house):
    return house.world


def private(world):
    """A thread with ada and bob in it."""
    store = world.discord.store
    people = [store.person(name)["id"] for name in ("ada", "bob")]
    return store.private_thread(store.general, *people)


@pytest.fixture
async def thread(house, world):
    """What ada said there is in the index."""
    thread = private(world)
    await world.mention(SECRET, by="ada", thread=thread)
    await remembered(house)
    assert house.heard[0].place.thread == thread
    return thread


async def asked(house, text, *, by, thread=""):
    number = len(house.answers())
    await house.world.mention(text, by=by, thread=thread)
    await house.answered(number + 1)
    return prompts(house)[-1]


async def told(house, command, words, *, by):
    """What it says in the end."""
    before = {post.id for post in house.posts()}
    await house.world.slash(command, words, by=by)
    await house.world.until(lambda: len(house.posts()) > len(before))
    await house.settled()
    return " ".join(post.text for post in house.posts() if post.id not in before)


def a_minute_later(house):
    house.world.adapter.clock = lambda clock=house.world.adapter.clock: clock() + KEPT


@pytest.mark.usefixtures("thread")
@pytest.mark.parametrize("by", ["ada", "eve"])
async def test_it_does_not_go_along_with_a_question_in_the_channel_whoever_asks(house, by):
    """Others read the answer."""
    assert "spy" not in await asked(house, "Who is the heron?", by=by)


@pytest.mark.usefixtures("thread")
async def test_nor_in_another_private_thread(house, world):
    assert "spy" not in await asked(house, "Who is the heron?", by="ada", thread=private(world))


async def test_what_is_said_in_the_channel_goes_along_with_a_question_in_it(house, world, thread):
    await world.mention("The stork is a doctor", by="eve")
    await remembered(house, 2)
    assert "doctor" in await asked(house, "Who is the stork?", by="ada", thread=thread)


@pytest.mark.usefixtures("thread")
@pytest.mark.parametrize(("command", "words"), WAYS)
async def test_who_is_in_it_finds_it_and_who_is_not_does_not(house, command, words):
    assert "spy" in await told(house, command, words, by="bob")
    assert "spy" not in await told(house, command, words, by="eve")


@pytest.mark.parametrize(("command", "words"), WAYS)
async def test_once_it_is_deleted_nobody_reads_it(house, world, thread, command, words):
    del world.discord.store.channels[thread], world.discord.store.messages[thread]
    a_minute_later(house)
    assert "spy" not in await told(house, command, words, by="eve")
    assert "spy" not in await asked(house, "Who is the heron?", by="eve")


async def test_a_conversation_beside_which_no_thread_was_opened_is_read_with_its_channel(
    house, world
):
    store = world.discord.store
    eve = Author(f"discord:{store.person('eve')['id']}")
    question = await world.say("Who is the heron?", by="ada")
    there = Place("discord", store.guild, store.general, question)
    assert await world.adapter.order.may_read(eve, there)
    assert not await world.adapter.order.closed(there)


async def test_a_channel_is_given_nothing_to_know_in_it(house, world, thread):
    who = house.heard[0].author.id
    house._settings = house._settings.model_copy(update={"admins": (who,)})
    await house.restart()
    await world._listened_to()
    await world.mention("/knowledge add The heron is at Balaton", by="ada", thread=thread)
    await house.shows("is for some only")
    assert "Balaton" not in await asked(house, "Where is the heron?", by="eve")


async def test_where_nobody_can_tell_it_is_closed(house, world, thread):
    place = house.heard[0].place
    assert await world.adapter.order.closed(place)
    a_minute_later(house)
    world.discord.refuse_next("GET /channels/.*", 500, 0)
    assert await world.adapter.order.closed(place)
    assert not await world.adapter.order.closed(Place("discord", place.workspace, place.channel))
    assert not await world.adapter.order.closed(Place("discord", "", "123"))
