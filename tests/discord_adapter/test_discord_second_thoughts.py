"""Edits and deletions, and what looks like them."""

from bot.events import Deleted, Edited, Message
from bot.parts import Text
from tests.discord_adapter.conftest import delivery_for


async def test_an_edit_names_the_message_and_its_version(bot, discord):
    async with bot.running():
        root = await discord.mention("helo")
        await discord.edit(root, "hello")
        asked, edited = await bot.inbox.holds(2)
    assert isinstance(edited, Edited)
    assert edited.message == asked.id
    assert edited.id != asked.id
    assert (edited.text, edited.addressed, edited.place) == ("hello", True, asked.place)
    assert (edited.source, edited.address) == (root, asked.address.replace("helo", "hello"))


async def test_what_discord_adds_to_a_message_is_no_edit(bot, discord):
    async with bot.running():
        root = await discord.mention("see https://example.com")
        await discord.update(root, embeds=[{"type": "link"}])  # it has looked at the link
        await discord.update(root, pinned=True)
        await discord.update(root, flags=32)  # a thread was made of it
        await discord.mention("and now?")
        events = await bot.inbox.holds(2)
    assert [event.text for event in events] == ["see https://example.com", "and now?"]


async def test_what_discord_adds_after_an_edit_is_the_same_version(bot, discord, restarted):
    """It then repeats the time of the edit, in milliseconds: discord-api-docs, issue 8281."""
    async with bot.running():
        root = await discord.mention("helo")
        await discord.edit(root, "hello")
        await bot.inbox.holds(2)
    other = restarted()  # which does not know what the message said
    other.inbox = bot.inbox
    message = discord.store.messages[discord.store.general][root]
    whole = message["edited_timestamp"]
    async with other.running():
        cut = whole[: whole.index(".") + 4] + "000+00:00"
        await discord.update(root, edited_timestamp=cut, embeds=[{"type": "link"}])
        await discord.mention("and now?")
        events = await bot.inbox.holds(3)
    await other.adapter.close()
    assert [type(event) for event in events] == [Message, Edited, Message]


async def test_an_edit_that_changes_no_word_and_no_file_is_none(bot, discord):
    async with bot.running():
        root = await discord.mention("hello")
        await discord.edit(root, "hello")
        await discord.mention("and now?")
        events = await bot.inbox.holds(2)
    assert [type(event) for event in events] == [Message, Message]


async def test_a_message_that_was_edited_long_ago_and_is_pinned_now_is_not_edited(bot, discord):
    async with bot.running():
        await discord.mention("hello")
        root = await discord.mention("an old story")
        await discord.update(root, edited_timestamp="2024-01-01T00:00:00.000000+00:00", content="x")
        await discord.mention("and now?")
        events = await bot.inbox.holds(3)
    assert Edited not in {type(event) for event in events}


async def test_an_edit_may_address_parley_for_the_first_time(bot, discord):
    async with bot.running():
        root = await discord.say("what is a quine?")
        me = discord.store.me
        message = discord.store.messages[discord.store.general][root]
        message["mentions"] = [me]
        await discord.edit(root, f"<@{me['id']}> what is a quine?")
        said, edited = await bot.inbox.holds(2)
    assert (said.addressed, edited.addressed) == (False, True)
    assert edited.place == said.place


async def test_what_parley_edits_itself_is_not_heard(bot, discord):
    async with bot.running():
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event), Text("Hi"))
        await discord.edit(discord.posts()[0].id, "Hi there")
        await discord.mention("and now?")
        events = await bot.inbox.holds(2)
    assert [type(event) for event in events] == [Message, Message]


async def test_a_deletion_names_the_message_and_its_place(bot, discord):
    async with bot.running():
        root = await discord.mention("hello")
        said = await discord.say("a word", thread=root)
        alone = await discord.direct("a secret")
        events = {event.source: event for event in await bot.inbox.holds(3)}
        for message in (said, alone, root):
            await discord.erase(message)
        gone = (await bot.inbox.holds(6))[3:]
    assert all(isinstance(event, Deleted) for event in gone)
    assert [event.source for event in gone] == [said, alone, root]
    for event in gone:
        assert event.message == events[event.source].id
        assert event.place == events[event.source].place


async def test_when_a_moderator_clears_a_channel_each_message_is_deleted(bot, discord):
    async with bot.running():
        roots = [await discord.mention(f"number {number}") for number in range(3)]
        await discord.erase(*roots)
        events = await bot.inbox.holds(6)
    assert [event.source for event in events if isinstance(event, Deleted)] == roots


async def test_edits_and_deletions_come_after_what_they_change(bot, discord, monkeypatch):
    """Although a first direct message takes longer to write down."""
    async with bot.running():
        message = await discord.direct("helo")
        await discord.edit(message, "hello")
        await discord.erase(message)
        events = await bot.inbox.holds(3)
    assert [type(event) for event in events] == [Message, Edited, Deleted]


async def test_an_edit_and_a_deletion_that_come_twice_are_one_each(bot, discord):
    async with bot.running():
        root = await discord.mention("helo")
        await discord.edit(root, "hello")
        await discord.redeliver()
        await discord.erase(root)
        await discord.redeliver()
        await discord.mention("and now?")
        events = await bot.inbox.holds(4)
    assert [type(event) for event in events] == [Message, Edited, Deleted, Message]
