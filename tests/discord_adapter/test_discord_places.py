"""Where an answer goes, and which conversation a message belongs to."""

import pytest

from adapters.discord import address
from bot.events import Invocation, Message
from bot.parts import Button, Buttons, Text
from tests.discord_adapter.conftest import delivery_for

ROW = Buttons((Button("Regenerate", "regenerate"),))


def mode(event):
    return address.read(event.address).mode


async def answered(bot, event, text):
    """The one post of the answer."""
    before = {post.id for post in bot.discord.posts()}
    delivery = delivery_for(event, nonce=f"nonce{len(before):07}")
    await bot.deliver(delivery, Text(text), ROW)
    (post,) = [post for post in bot.discord.posts() if post.id not in before]
    return post, delivery


def native(discord, post):
    return discord._found(post.id)[1]


@pytest.fixture
def replying(restarted):
    return restarted(discord_answer_in="reply")


async def test_where_replies_are_wanted_the_answer_is_one_in_the_channel(replying, discord):
    async with replying.running():
        root = await discord.mention("what is a quine?")
        (event,) = await replying.inbox.holds(1)
        post, _ = await answered(replying, event, "A program.")
    await replying.adapter.close()
    assert mode(event) == "reply"
    assert post.thread == ""
    assert native(discord, post)["message_reference"]["message_id"] == root
    assert root not in discord.store.channels


async def test_whoever_replies_to_an_answer_goes_on_with_its_conversation(
    replying, discord, restarted
):
    async with replying.running():
        await discord.mention("my name is Ada")
        (first,) = await replying.inbox.holds(1)
        post, _ = await answered(replying, first, "Hello, Ada.")
        await discord.say("and mine is Bob", by="bob", to=post.id)
        _, second = await replying.inbox.holds(2)
        post, _ = await answered(replying, second, "Hello, Bob.")
    await replying.adapter.close()
    other = restarted(discord_answer_in="reply")
    async with other.running():
        await discord.say("who are we?", to=post.id)
        await other.inbox.until(lambda: any(e.text == "who are we?" for e in other.inbox.events))
        await discord.mention("something else")
        await other.inbox.until(lambda: other.inbox.events[-1].text == "something else")
    third, fourth = other.inbox.events[-2:]
    await other.adapter.close()
    assert first.place == second.place == third.place
    assert fourth.place.thread == fourth.source
    assert {mode(event) for event in (first, second, third, fourth)} == {"reply"}


async def test_an_edit_and_a_deletion_of_a_reply_are_of_its_conversation(replying, discord):
    async with replying.running():
        await discord.mention("one")
        (first,) = await replying.inbox.holds(1)
        post, _ = await answered(replying, first, "One.")
        reply = await discord.say("too", to=post.id)
        await replying.inbox.holds(2)
        await discord.edit(reply, "two")
        await discord.erase(reply)
        events = await replying.inbox.holds(4)
    await replying.adapter.close()
    assert len({event.place for event in events}) == 1


async def test_a_reply_to_others_begins_a_conversation_of_its_own(replying, discord):
    theirs = await discord.say("not an answer", by="bob")
    async with replying.running():
        me = discord.store.me
        text = f"<@{me['id']}> what does he mean?"
        said = await discord._say(discord.store.general, text, "ada", to=theirs, mentions=[me])
        (event,) = await replying.inbox.holds(1)
    await replying.adapter.close()
    assert event.place.thread == said


async def test_a_channel_can_be_one_conversation(restarted, discord):
    room = discord.store.channel("parley")["id"]
    bot = restarted(discord_answer_in_channels=f"{room}:channel")
    async with bot.running():
        await discord.mention("one", channel=room)
        (first,) = await bot.inbox.holds(1)
        post, _ = await answered(bot, first, "One.")
        await discord.say("two", by="bob", channel=room, to=post.id)
        await discord.slash("help", channel=room)
        await discord.mention("elsewhere")
        _, *events = await bot.inbox.holds(4)
    await bot.adapter.close()
    command = next(event for event in events if isinstance(event, Invocation))
    second, elsewhere = (event for event in events if isinstance(event, Message))
    assert first.place == second.place == command.place
    assert (first.place.channel, first.place.thread) == (room, "")
    assert (post.thread, native(discord, post).get("message_reference")) == ("", None)
    assert {mode(event) for event in (first, second, command)} == {"channel"}
    assert (mode(elsewhere), elsewhere.place.thread) == ("thread", elsewhere.source)


async def test_in_a_thread_all_is_said_in_the_thread_however_its_channel_is_set(replying, discord):
    async with replying.running():
        root = await discord.say("let us talk")
        await discord.mention("one", thread=root)
        await discord.slash("help", thread=root)
        await replying.inbox.holds(3)
    await replying.adapter.close()
    command = next(e for e in replying.inbox.events if isinstance(e, Invocation))
    said = next(e for e in replying.inbox.events if isinstance(e, Message) and e.addressed)
    assert said.place == command.place
    assert (said.place.thread, mode(said), mode(command)) == (root, "thread", "thread")


async def test_where_there_can_be_no_thread_the_answer_is_a_reply(bot, discord):
    voice = discord.store.channel("voice", kind=2, bitrate=64000, user_limit=0)["id"]
    async with bot.running():
        await discord.mention("hello", channel=voice)
        (event,) = await bot.inbox.holds(1)
    assert mode(event) == "reply"


async def test_a_command_s_answer_is_the_root_of_a_conversation(bot, discord):
    async with bot.running():
        token = await discord.slash("imagine", "prompt:fox")
        (command,) = await bot.inbox.holds(1)
        await discord.until(lambda: discord.store.interactions[token]["response"])
        long = "A fox. " * 600  # in three posts
        delivery = delivery_for(command)
        await bot.deliver(delivery, Text(long), ROW)
        first, *_, last = discord.posts()
        await discord.say("and a hare", to=first.id)
        await discord.say("and a dog", to=last.id)
        await discord.press("Regenerate", post=last.id)
        _, *events = await bot.inbox.holds(4)
    button = next(event for event in events if isinstance(event, Invocation))
    reply, other = (event for event in events if isinstance(event, Message))
    assert first.id != last.id
    assert delivery.place.thread == first.id
    assert reply.place == other.place == button.place == delivery.place
    assert mode(reply) == mode(button) == "reply"


async def test_where_parley_may_open_no_thread_its_reply_is_one_conversation(bot, discord):
    discord.store.rights.deny(discord.store.general, "create_public_threads")
    async with bot.running():
        root = await discord.mention("one")
        (first,) = await bot.inbox.holds(1)
        post, _ = await answered(bot, first, "One.")
        await discord.say("two", to=post.id)
        await discord.press("Regenerate", post=post.id)
        _, *events = await bot.inbox.holds(3)
    button = next(event for event in events if isinstance(event, Invocation))
    second = next(event for event in events if isinstance(event, Message))
    assert post.thread == ""
    assert first.place == second.place == button.place
    assert first.place.thread == root
