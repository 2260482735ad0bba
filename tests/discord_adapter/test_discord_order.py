"""Who may read what on Discord, what people are, and what Parley does about messages."""

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.reading import KEPT
from bot.errors import Refused
from bot.events import Author, Place
from bot.ports import PARLEY
from tests.contract.world import Upload


@contextmanager
def refused(words):
    """What is told to a person has these words."""
    with pytest.raises(Refused) as refusal:
        yield
    assert words in refusal.value.sentence


@pytest.fixture
def clock(bot):
    """Of what the adapter knows of people: a list with the time in it."""
    now = [0.0]
    bot.adapter.clock = lambda: now[0]
    return now


@pytest.fixture(params=["by the gateway", "by asking"])
async def asked(bot, request):
    """The adapter, with a gateway and without one."""
    if request.param == "by asking":
        yield bot.adapter
        return
    async with bot.running():
        yield bot.adapter


def person(discord, name):
    return Author(f"discord:{discord.store.person(name)['id']}")


def general(discord, thread=""):
    return Place("discord", discord.store.guild, discord.store.general, thread)


# Who may read


async def test_who_sees_the_channel_and_its_history_may_read_it(discord, asked):
    ada = person(discord, "ada")
    assert await asked.order.may_read(ada, general(discord))
    question = await discord.say("hello", by="bob")  # by which Parley calls a conversation
    assert await asked.order.may_read(ada, general(discord, question))
    assert not await asked.order.may_read(ada, general(discord, "12345"))
    assert not await asked.order.may_read(Author("slack:T1:U1"), general(discord))
    assert not await asked.order.may_read(Author("discord"), general(discord))


async def test_who_is_no_member_of_the_server_reads_nothing(discord, asked):
    ada = person(discord, "ada")
    discord.store.rights.left.add(discord.store.person("ada")["id"])
    assert not await asked.order.may_read(ada, general(discord))
    assert not await asked.order.may_read(Author("discord:404"), general(discord))


async def test_a_private_channel_is_for_whom_it_is_for(discord, asked):
    ada, bob, eve, owner = (person(discord, name) for name in ("ada", "bob", "eve", "owner"))
    team = discord.store.rights.role("88")
    discord.store.rights.members[bob.id.partition(":")[2]] = [team]
    chief = discord.store.rights.role("99", administrator=True)
    discord.store.rights.members[discord.store.person("chief")["id"]] = [chief]
    await discord.close(discord.store.general, discord.store.person("ada")["id"], team)
    if asked._gateway:  # roles come with a session
        await eventually(lambda: closed(asked, discord))
        role = discord.store.rights.roles(discord.store.guild)[-1]
        told = {"guild_id": discord.store.guild, "role": role}
        await discord._told("GUILD_ROLE_CREATE", told)
        await eventually(lambda: len(asked._guild(int(discord.store.guild)).roles) == 3)
    may = [await asked.order.may_read(who, general(discord)) for who in (ada, bob, eve, owner)]
    assert may == [True, True, False, True]
    assert await asked.order.may_read(person(discord, "chief"), general(discord))


async def test_who_was_removed_from_a_private_channel_may_not_read_it_any_more(
    discord, bot, clock, asked
):
    ada, bob = (discord.store.person(name)["id"] for name in ("ada", "bob"))
    await discord.close(discord.store.general, ada, bob)
    await eventually(lambda: not asked._gateway or closed(asked, discord, 5))
    assert await asked.order.may_read(person(discord, "ada"), general(discord))
    await discord.close(discord.store.general, bob)
    await eventually(lambda: not asked._gateway or closed(asked, discord, 4))
    clock[0] += KEPT
    assert not await asked.order.may_read(person(discord, "ada"), general(discord))
    assert await asked.order.may_read(person(discord, "bob"), general(discord))


async def test_a_role_that_was_taken_away_opens_nothing_any_more(discord, bot, clock):
    bob = discord.store.person("bob")["id"]
    discord.store.rights.members[bob] = [discord.store.rights.role("88")]
    discord.store.rights.close(discord.store.general, "88")
    assert await bot.adapter.order.may_read(person(discord, "bob"), general(discord))
    discord.store.rights.members[bob] = []
    clock[0] += KEPT
    assert not await bot.adapter.order.may_read(person(discord, "bob"), general(discord))


async def test_a_private_thread_is_for_who_is_in_it(discord, asked, clock):
    ada, mod = discord.store.person("ada")["id"], discord.store.person("mod")["id"]
    thread = discord.store.private_thread(discord.store.general, ada)
    discord.store.rights.members[mod] = ["66"]
    assert await asked.order.may_read(person(discord, "ada"), general(discord, thread))
    assert not await asked.order.may_read(person(discord, "bob"), general(discord, thread))
    discord.store.channels[thread]["_members"].discard(ada)
    clock[0] += KEPT
    assert not await asked.order.may_read(person(discord, "ada"), general(discord, thread))


async def test_direct_messages_are_for_their_own_person(discord, bot):
    channel = discord.store.direct(discord.store.person("ada"))["id"]
    alone = Place("discord", "", channel)
    assert await bot.adapter.order.may_read(person(discord, "ada"), alone)
    assert not await bot.adapter.order.may_read(person(discord, "bob"), alone)


async def test_what_discord_does_not_tell_is_not_read(discord, bot):
    discord.refuse_next("GET /guilds/.*/members/.*", 403, 50001)
    assert not await bot.adapter.order.may_read(person(discord, "ada"), general(discord))
    elsewhere = Place("discord", "404", "404")
    assert not await bot.adapter.order.may_read(person(discord, "ada"), elsewhere)


async def test_many_questions_are_few_calls(discord, bot):
    ada = person(discord, "ada")
    assert all(await asyncio.gather(
        *(bot.adapter.order.may_read(ada, general(discord)) for _ in range(50))
    ))  # fmt: skip
    assert discord.requests["GET /guilds/*/members/*"] == 1


async def eventually(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


def closed(adapter, discord, overwrites=5):
    """The gateway has told of it."""
    guild = adapter._guild(int(discord.store.guild))
    channel = guild and guild.get_channel(int(discord.store.general))
    return channel and len(channel.overwrites) == overwrites


# What is done about a message


async def test_a_link_opens_the_message_where_it_stands(discord, asked):
    store = discord.store
    root = await discord.say("let us talk")
    reply = await discord.say("a word", thread=root)
    server = f"https://discord.com/channels/{store.guild}"
    link = await asked.order.link(general(discord, root), root)
    assert link == f"{server}/{store.general}/{root}"
    assert await asked.order.link(general(discord, root), reply) == f"{server}/{root}/{reply}"
    beside = await discord.say("no thread")
    link = await asked.order.link(general(discord, "12345"), beside)
    assert link == f"{server}/{store.general}/{beside}"
    alone = Place("discord", "", store.direct(store.person("ada"))["id"])
    assert (await asked.order.link(alone, "5")).endswith(f"/channels/@me/{alone.channel}/5")


async def test_a_message_gets_an_emoji(discord, bot):
    root = await discord.say("hello")
    reply = await discord.say("a word", thread=root)
    for message in (root, reply):
        await bot.adapter.order.react(general(discord, root), message, "🚩")
        assert discord._found(message)[1]["_reactions"] == {"🚩"}


async def test_why_there_is_no_reaction_is_said(discord, bot):
    root = await discord.say("hello")
    with refused("The message is gone."):
        await bot.adapter.order.react(general(discord), "404", "🚩")
    with refused("does not know fox as an emoji"):
        await bot.adapter.order.react(general(discord), root, "fox")
    discord.store.rights.deny(discord.store.general, "add_reactions")
    with refused("may not react here: give it the permission Add Reactions."):
        await bot.adapter.order.react(general(discord), root, "🚩")
    discord.refuse_next("PUT .*", 400, 90001)
    with refused("blocked Parley"):
        await bot.adapter.order.react(general(discord), root, "🚩")


async def test_what_a_person_wrote_is_deleted_and_parley_hears_of_it(discord, bot):
    async with bot.running():
        root = await discord.mention("rude")
        (event,) = await bot.inbox.holds(1)
        for _ in range(2):  # what is gone is no trouble
            await bot.adapter.order.remove(event.place, root)
        _, deleted = await bot.inbox.holds(2)
    assert not discord.store.messages[discord.store.general]
    assert deleted.message == event.id


async def test_in_a_thread_that_time_has_closed_it_is_deleted_too(discord, bot):
    root = await discord.say("let us talk")
    reply = await discord.say("rude", thread=root)
    discord.store.channels[root]["thread_metadata"]["archived"] = True
    await bot.adapter.order.remove(general(discord, root), reply)
    assert reply not in discord.store.messages[root]


async def test_the_permission_that_deleting_takes_is_named(discord, bot):
    root = await discord.say("rude")
    discord.store.rights.lacks.add("manage_messages")
    with refused("may not delete messages here: give it the permission Manage Messages."):
        await bot.adapter.order.remove(general(discord), root)


async def test_who_is_timed_out_is_silent_until_then(discord, bot):
    ada = discord.store.person("ada")["id"]
    await bot.adapter.order.time_out(general(discord), person(discord, "ada"), 600)
    until = datetime.fromisoformat(discord.store.rights.silent[ada])
    assert timedelta(minutes=9) < until - datetime.now(UTC) <= timedelta(minutes=10)


async def test_why_nobody_is_timed_out_is_said(discord, bot):
    ada, there = person(discord, "ada"), general(discord)
    with refused("28 days at most"):
        await bot.adapter.order.time_out(there, ada, 29 * 86_400)
    with refused("there are no time-outs"):
        await bot.adapter.order.time_out(Place("discord", "", "1"), ada, 60)
    with refused("not in this server any more"):
        await bot.adapter.order.time_out(there, Author("discord:404"), 60)
    with refused("move Parley's role up"):
        await bot.adapter.order.time_out(there, person(discord, "owner"), 60)
    discord.store.rights.lacks.add("moderate_members")
    with refused("give it the permission Timeout Members."):
        await bot.adapter.order.time_out(there, ada, 60)


async def test_a_discord_that_is_away_is_said(discord, bot):
    root = await discord.say("hello")
    discord.refuse_next("PUT .*", 503)
    with refused("Parley cannot react here."):
        await bot.adapter.order.react(general(discord), root, "🚩")


# What people are, and what they reply to


async def test_what_is_said_pressed_and_asked_comes_with_the_roles_of_who_did_it(discord, bot):
    discord.store.rights.role("88")
    discord.store.rights.members[discord.store.person("ada")["id"]] = ["88"]
    async with bot.running():
        await discord.mention("hello")
        await discord.slash("help")
        await discord.say("me too", by="bob")
        events = await bot.inbox.holds(3)
    assert [event.author.roles for event in events] == [("discord:88",)] * 2 + [()]


async def test_the_message_replied_to_comes_along_with_its_files(discord, bot):
    async with bot.running():
        root = await discord.say("The fox is red.", Upload("fox.png", b"x", "image/png"), by="bob")
        await discord._say(discord.store.general, f"<@{discord.store.me['id']}> speak", "ada",
                           mentions=[discord.store.me], to=root)  # fmt: skip
        _, event = await bot.inbox.holds(2)
    assert event.addressed
    assert (event.reply.text, event.reply.author.name) == ("The fox is red.", "bob")
    assert (event.reply.source, event.reply.reply) == (root, None)
    assert [file.name for file in event.reply.attachments] == ["fox.png"]


async def test_of_a_reply_to_parley_what_it_said_is_parley_s(discord, bot):
    mine = discord.store.post(
        discord.store.general, discord.store.me,
        {"content": "An answer", "allowed_mentions": {"parse": []}},
    )  # fmt: skip
    async with bot.running():
        await discord.say("go on", to=mine["id"])
        (event,) = await bot.inbox.holds(1)
    assert (event.reply.author, event.reply.text) == (PARLEY, "An answer")
