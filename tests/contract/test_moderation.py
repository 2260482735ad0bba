"""Moderation and admin rights on every platform. “hurt” is flagged, and nobody here is an admin
but who logged into the page as one.
"""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from bot.moderating.acting import QUEUE
from bot.moderating.policy import Policy
from tests.fakes.openai import Fault


async def watched(house):
    """The channel in which somebody spoke, watched; its cases come to the same place."""
    await house.world.mention("hello")
    await house.answered()
    place = house.heard[0].place
    await house.services.moderation.change(place.channel_key, Policy(watched=True), "admin")
    return place


def to_alone(world, person):
    """On Discord what was said before all can be answered before all only."""
    return "" if world.adapter.name == "discord" else person


async def judged(house, number=1):
    query = "SELECT message, category FROM judged ORDER BY rowid"

    async def rows():
        return await house.storage.database.read(lambda db: db.execute(query).fetchall())

    async with asyncio.timeout(10):
        while len(found := await rows()) < number:
            await asyncio.sleep(0.01)
    return found


async def test_a_harmful_question_is_refused_to_the_asker_alone(house, world):
    await world.mention("I want to hurt him")
    post = await house.shows("looks like violence")
    assert post.private_to == to_alone(world, "ada")
    await house.settled()
    assert not any("You said" in post.text for post in world.posts())


async def test_a_harmful_answer_is_replaced_by_a_sentence(house, world):
    house.openai.answers.append("Fine words. " * 30 + "Now hurt them.")
    await world.mention("go on")
    post = await house.shows("The answer is not shown")
    await house.settled()
    assert not any("Fine words" in post.text for post in world.posts())
    assert "Stop" not in post.buttons


async def test_nothing_is_shown_before_the_verdict(house, world):
    house.openai.judging_faults.append(Fault(hang=True))
    await world.mention("hello")
    await house.openai.called(1)
    await house.openai._until(lambda: house.openai.judged)
    assert not any("You said" in post.text for post in world.posts())
    house.openai.release()
    await house.answered()


async def test_what_nobody_said_to_parley_is_judged_where_an_admin_wants_it(house, world):
    if world.adapter.name == "page":
        pytest.skip("what is said there is one person's, or in a channel that tests/page has")
    await watched(house)
    posts = len(world.posts())
    first = await world.say("good morning")
    await world.edit(first, "hurt him")
    found = await judged(house, 2)
    assert [category for _, category in found] == ["", "violence"]
    await house.settled()
    assert len(world.posts()) == posts


async def _no_link(_self, _place, _source):
    return ""


async def test_a_flagged_message_comes_before_the_moderators(house, world, monkeypatch):
    if world.adapter.name == "page":
        pytest.skip("as above")
    if not hasattr(world.adapter, "link"):
        monkeypatch.setattr(type(world.adapter), "link", _no_link, raising=False)
    place = await watched(house)
    queue = replace(place, thread="")
    encoded = msgspec.json.encode(queue).decode()
    await house.services.preferences.put(place.payer, QUEUE, encoded)
    await world.say("hurt him", by="bob")
    await world.until(lambda: any(post.card == "Flagged: violence" for post in world.posts()))
    await house.settled()
    case = await house.shows("hurt him")
    assert case.buttons == ("Approve", "Remove", "Warn", "Time out", "Always allow this")
    await world.press("Approve", post=case.id)
    await house.shows("is for admins")
    await house.settled()
    assert any(post.card == "Flagged: violence" for post in world.posts())


@pytest.mark.parametrize("name", ["moderation on", "transcription", "moderation show"])
async def test_a_slash_command_of_admins_is_refused_to_others(house, world, name):
    await world.slash(name, by="bob")
    post = await house.shows("is for admins")
    assert post.private_to == "bob"


@pytest.mark.parametrize("name", ["moderation on", "transcription"])
async def test_so_is_a_mention(house, world, name):
    await world.mention(f"/{name}", by="bob")
    post = await house.shows("is for admins")
    assert post.private_to == to_alone(world, "bob")


async def test_so_is_a_form(house, world):
    await world.slash("moderation policy", by="bob")
    await world.until(world.form)
    await world.fill(by="bob", category="hate", threshold="0.5", action="log")
    post = await house.shows("is for admins")
    assert post.private_to == "bob"
