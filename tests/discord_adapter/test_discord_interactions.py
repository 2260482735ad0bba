"""What people choose, press and type: groups, files, suggestions, a message's own menu."""

import asyncio

import pytest

from adapters.discord import address, suggestions
from bot.commands import Choice, Command, Commands, Option
from bot.events import Attachment, Invocation
from bot.parts import Text
from tests.contract.world import Upload
from tests.discord_adapter.conftest import delivery_for, nothing

TABLE = Upload("people.csv", b"name\nAda\n", "text/csv")


async def _never(_typing):
    raise AssertionError("the adapter asks through ports.Suggest")


COMMANDS = Commands(
    [
        Command("files list", "What there is", nothing, private=True),
        Command(
            "files show", "Look at one", nothing,
            options=(
                Option("file", "Which", required=True, suggest=_never),
                Option("page", "Where", int, suggest=_never),
                Option("zoom", "How near", float, suggest=_never),
            ),
        ),
        Command("measure", "How long a file is", nothing, (Option("file", "It", Attachment),)),
        Command("note", "Keep a message", nothing, shortcut="Note it"),
        Command("whisper", "In your ear", nothing, shortcut="Whisper", private=True),
    ]
)  # fmt: skip


def response(discord, token):
    return discord.store.interactions[token]["response"]


def left_open(discord):
    """Responses that say that Parley is thinking."""
    messages = (m for channel in discord.store.messages.values() for m in channel.values())
    return [message for message in messages if message["flags"] & 128]


async def invoked(bot):
    """The first use of a command."""
    await bot.inbox.until(lambda: any(isinstance(e, Invocation) for e in bot.inbox.events))
    return next(event for event in bot.inbox.events if isinstance(event, Invocation))


async def acknowledged(discord, token):
    await discord.until(lambda: response(discord, token))
    return response(discord, token)


async def test_a_command_of_a_group_is_called_by_both_its_names(bot, discord):
    async with bot.running(COMMANDS):
        await discord.until(lambda: discord.store.menu)
        token = await discord.slash("files show", "file:report page:3")
        (event,) = await bot.inbox.holds(1)
        assert await acknowledged(discord, token) == 5
    assert (event.command, event.values) == ("files show", {"file": "report", "page": 3})


async def test_a_file_given_to_a_command_is_an_attachment(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("measure", file=TABLE)
        (event,) = await bot.inbox.holds(1)
        content = b"".join([chunk async for chunk in bot.adapter.open(event.values["file"])])
    file = event.values["file"]
    assert (file.name, file.media_type, file.size) == ("people.csv", "text/csv", 9)
    assert content == TABLE.content


async def test_a_command_that_is_no_longer_ours_is_refused_to_the_asker_alone(bot, discord):
    async with bot.running(COMMANDS):
        token = await discord.slash("gone", "x:1")
        (event,) = await bot.inbox.holds(1)
        await acknowledged(discord, token)
    assert event.command == "gone"
    assert address.read(event.address).hidden
    assert discord.store.interactions[token]["said"] == {"flags": 64}


@pytest.mark.parametrize(
    ("option", "chosen", "value"),
    [("file", "report", "report"), ("page", "3", 3), ("zoom", "1.5", 1.5)],
)
async def test_what_may_be_meant_is_suggested_in_the_option_s_own_type(
    bot, discord, option, chosen, value
):
    asked = []

    async def suggest(typing):
        asked.append(typing)
        return [Choice(f"{number} {'x' * 200}", chosen) for number in range(40)]

    async with bot.running(COMMANDS, suggest):
        await discord.until(lambda: discord.store.menu)
        token = await discord.type("files show", option, "re")
        assert await acknowledged(discord, token) == 8
    (typing,) = asked
    assert (typing.command, typing.option, typing.text) == ("files show", option, "re")
    assert typing.author.id == f"discord:{discord.store.person('ada')['id']}"
    choices = discord.store.interactions[token]["said"]["choices"]
    assert len(choices) == 25
    assert {choice["value"] for choice in choices} == {value}
    assert {len(choice["name"]) for choice in choices} == {100}
    assert not bot.inbox.events


async def test_suggestions_that_take_too_long_are_none(bot, discord, monkeypatch, caplog):
    monkeypatch.setattr(suggestions, "_PATIENCE", 0.01)

    async def suggest(_typing):
        await asyncio.Event().wait()

    async with bot.running(COMMANDS, suggest):
        await discord.until(lambda: discord.store.menu)
        token = await discord.type("files show", "file", "re")
        assert await acknowledged(discord, token) == 8
    assert discord.store.interactions[token]["said"] == {"choices": []}
    assert "in time" in caplog.text


async def test_a_message_s_own_menu_gives_the_message_and_answers_in_its_thread(bot, discord):
    async with bot.running(COMMANDS):
        root = await discord.say("The meeting is at ten.", TABLE, by="bob")
        token = await discord.shortcut("Note it", on=root)
        event = await invoked(bot)
        await acknowledged(discord, token)
        await bot.deliver(delivery_for(event), Text("Noted."))
    on = event.on
    assert (event.command, event.by, event.place.thread) == ("note", "shortcut", root)
    assert (on.text, on.source, on.author.name) == ("The meeting is at ten.", root, "bob")
    assert [file.name for file in on.attachments] == ["people.csv"]
    (post,) = discord.posts()
    assert not left_open(discord)
    assert (post.thread, post.text, post.private_to) == (root, "Noted.", "")
    assert discord.store.channels[root]["name"] == "The meeting is at ten."


async def test_a_private_command_on_a_message_is_answered_to_the_asker_alone(bot, discord):
    async with bot.running(COMMANDS):
        root = await discord.say("The meeting is at ten.", by="bob")
        token = await discord.shortcut("Whisper", on=root)
        event = await invoked(bot)
        await acknowledged(discord, token)
        await bot.deliver(delivery_for(event, private=True), Text("At ten."))
    (post,) = discord.posts()
    assert (post.text, post.private_to, post.thread) == ("At ten.", "ada", "")
    assert root not in discord.store.channels


async def test_parley_s_own_words_can_be_chosen_too(bot, discord):
    async with bot.running(COMMANDS):
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event), Text("Hi"))
        (post,) = discord.posts()
        await discord.shortcut("Note it", on=post.id)
        noted = await invoked(bot)
    assert (noted.on.text, noted.on.author.name) == ("Hi", "Parley")
    assert noted.place == event.place


async def test_in_a_server_without_parley_only_the_interaction_answers(bot, discord):
    elsewhere = discord.store.guild_on(0, 1)
    discord.store.guilds.pop()  # Parley is not told of it
    discord.outside = True
    async with bot.running(COMMANDS):
        slash = await discord.slash("files show", "file:report", channel=elsewhere)
        (event,) = await bot.inbox.holds(1)
        await acknowledged(discord, slash)
        message = await discord.say("hello", channel=elsewhere)
        await discord.shortcut("Note it", on=message)
        _, shortcut = await bot.inbox.holds(2)
    for each in (event, shortcut):
        way_back = address.read(each.address)
        assert way_back.outside
        assert way_back.kind == "slash"
        assert each.place.thread == ""


async def test_in_a_conversation_among_people_only_the_interaction_answers(bot, discord):
    discord.outside = True
    async with bot.running(COMMANDS):
        channel = discord.store.direct(discord.store.person("bob"))["id"]
        discord.context = 2
        await discord.slash("files show", "file:report", channel=channel)
        discord.context = 1
        await discord.slash("files show", "file:report", channel=channel)
        among, alone = await bot.inbox.holds(2)
    assert address.read(among.address).outside
    assert not address.read(alone.address).outside
    assert among.place.workspace == alone.place.workspace == ""
