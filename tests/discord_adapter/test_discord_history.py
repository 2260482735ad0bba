"""What was said before Parley was called into a thread."""

import pytest

from bot.errors import Refused
from bot.events import Place
from bot.parts import Text
from bot.ports import PARLEY
from tests.contract.world import Upload
from tests.discord_adapter.conftest import delivery_for


async def called_into(bot, discord, root):
    """The event that calls it there."""
    await discord.mention("what do you think?", thread=root)
    await bot.inbox.until(lambda: any(event.addressed for event in bot.inbox.events))
    return next(event for event in bot.inbox.events if event.addressed)


async def test_it_is_read_from_the_beginning_with_names_and_files(bot, discord):
    async with bot.running():
        root = await discord.say("The fox is red.", by="bob")
        bob = discord.store.person("bob")
        text = f"<@{bob['id']}>, it is white."
        channel = await discord._thread(root)
        await discord._say(channel, text, "ada", mentions=[bob])
        await discord.say("", Upload("fox.png", b"PNG", "image/png"), thread=root, by="bob")
        event = await called_into(bot, discord, root)
        said = await bot.adapter.history(event.place, event.source, 100)
    assert [(m.author.name, m.text) for m in said] == [
        ("bob", "The fox is red."), ("ada", "@bob, it is white."), ("bob", ""),
    ]  # fmt: skip
    assert [file.name for file in said[2].attachments] == ["fox.png"]
    assert {message.place for message in said} == {event.place}
    assert said[0].id == f"discord:{root}"


async def test_what_parley_said_is_parley_s(bot, discord):
    async with bot.running():
        root = await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event), Text("Hi"))
        await discord.say("and now?", thread=root)
        _, event = await bot.inbox.holds(2)
        said = await bot.adapter.history(event.place, event.source, 100)
    assert [m.text for m in said if m.author == PARLEY] == ["Hi"]


async def test_of_a_long_thread_the_last_is_read(bot, discord):
    async with bot.running():
        root = await discord.say("let us count")
        for number in range(230):
            discord.store.post(await discord._thread(root), discord.store.person("ada"),
                               {"content": f"{number}"})  # fmt: skip
        event = await called_into(bot, discord, root)
        said = await bot.adapter.history(event.place, event.source, 220)
    assert [message.text for message in said] == [str(number) for number in range(10, 230)]
    assert discord.requests["GET /channels/*/messages"] == 3


async def test_a_question_that_begins_its_own_thread_has_no_history(bot, discord):
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        assert await bot.adapter.history(event.place, event.source, 100) == ()
    assert not discord.requests["GET /channels/*/messages"]


async def test_a_conversation_of_replies_has_none_either(bot, discord):
    place = Place("discord", discord.store.guild, discord.store.general, thread="123456789")
    assert await bot.adapter.history(place, "987654321", 100) == ()


async def test_without_the_permission_it_is_named(bot, discord):
    """Discord then says that there is nothing."""
    async with bot.running():
        root = await discord.say("The fox is red.", by="bob")
        event = await called_into(bot, discord, root)
        discord.store.rights.deny(discord.store.general, "read_message_history")
        with pytest.raises(Refused) as refused:
            await bot.adapter.history(event.place, event.source, 100)
    assert "Read Message History" in refused.value.sentence


async def test_where_parley_may_not_look_it_says_so(bot, discord):
    async with bot.running():
        root = await discord.say("The fox is red.", by="bob")
        event = await called_into(bot, discord, root)
        discord.store.rights.deny(discord.store.general, "view_channel")
        with pytest.raises(Refused) as refused:
            await bot.adapter.history(event.place, event.source, 100)
    assert "View Channel" in refused.value.sentence
