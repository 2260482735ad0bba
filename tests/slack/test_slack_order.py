"""Who may read what on Slack, and what Parley does about messages."""

import asyncio
from contextlib import contextmanager, suppress

import pytest

from adapters.slack import roles
from adapters.slack.people import ACCESS, ROLES
from bot.errors import Refused
from bot.events import Author, Place
from tests.fakes.slack_order import ADMIN_TOKEN
from tests.slack.conftest import connected


@contextmanager
def refused(words):
    """What is told to a person has these words."""
    with pytest.raises(Refused) as refusal:
        yield
    assert words in refusal.value.sentence


ADA, BOB = Author("slack:T1:UADA"), Author("slack:T1:UBOB")
GENERAL, SECRET = Place("slack", "T1", "C1", "1.2"), Place("slack", "T1", "C9")


async def eventually(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


@pytest.fixture
def clock(adapter):
    """Of what the adapter knows of people: a list with the time in it."""
    now = [0.0]
    adapter.clock = lambda: now[0]
    return now


async def test_a_public_channel_is_for_everybody_of_the_workspace(adapter):
    assert await adapter.order.may_read(ADA, GENERAL)
    assert not await adapter.order.may_read(Author("slack:T2:UADA"), GENERAL)
    assert not await adapter.order.may_read(Author("discord:1"), GENERAL)


async def test_guests_and_people_of_another_company_read_where_they_are_members(slack, adapter):
    slack.order.guests.add("UADA")
    slack.order.strangers.add("UBOB")
    assert not await adapter.order.may_read(ADA, GENERAL)
    assert not await adapter.order.may_read(BOB, GENERAL)


async def test_a_guest_reads_a_public_channel_that_they_are_in(slack, adapter):
    slack.order.guests.add("UADA")
    slack.order.joined["C1"] = {"UADA", "UBOB", "UCAROL", "UDAVE", "UEVE"}  # several pages
    assert await adapter.order.may_read(ADA, GENERAL)


async def test_whose_account_is_deactivated_reads_nothing(slack, adapter):
    slack.order.gone.add("UADA")
    assert not await adapter.order.may_read(ADA, GENERAL)


async def test_a_private_channel_is_for_its_members_as_long_as_they_are(slack, adapter, clock):
    slack.order.close("C9", "UADA", "UBOB", "UCAROL")
    assert await adapter.order.may_read(ADA, SECRET)
    assert not await adapter.order.may_read(Author("slack:T1:UMALLORY"), SECRET)
    slack.order.private["C9"].discard("UADA")
    clock[0] += ACCESS
    assert not await adapter.order.may_read(ADA, SECRET)
    assert await adapter.order.may_read(BOB, SECRET)


async def test_a_channel_that_became_private_is_not_read_by_others(slack, adapter, clock):
    assert await adapter.order.may_read(BOB, GENERAL)
    slack.order.close("C1", "UADA")
    clock[0] += ACCESS
    assert not await adapter.order.may_read(BOB, GENERAL)


async def test_direct_messages_are_for_their_own_person(slack, adapter):
    await slack.open_home(by="ada")
    alone = Place("slack", "T1", "DADA")
    assert await adapter.order.may_read(ADA, alone)
    assert not await adapter.order.may_read(BOB, alone)


@pytest.mark.parametrize("error", ["missing_scope groups:read", "channel_not_found", "html"])
async def test_what_slack_does_not_tell_is_not_read(slack, adapter, error):
    slack.refuse("conversations.info", *[error] * 9)
    assert not await adapter.order.may_read(ADA, GENERAL)


async def test_many_questions_are_few_calls(slack, adapter):
    slack.order.close("C9", "UADA")
    answers = await asyncio.gather(*(adapter.order.may_read(ADA, SECRET) for _ in range(50)))
    assert all(answers)
    assert slack.requests["conversations.info"] == slack.requests["conversations.members"] == 1


async def test_a_link_opens_the_message_in_its_thread(slack, adapter):
    root = await slack.say("hello")
    reply = await slack.say("hi", thread=root)
    link = await adapter.order.link(GENERAL, reply)
    assert link.startswith(f"https://team.slack.com/archives/C1/p{reply.replace('.', '')}")
    assert await adapter.order.link(GENERAL, "1.000001") == ""


async def test_an_emoji_stands_once(slack, adapter):
    ts = await slack.say("hello")
    for _ in range(2):
        await adapter.order.react(GENERAL, ts, "⚠️")
    (message,) = slack.api.messages
    assert [reaction["name"] for reaction in message["reactions"]] == ["warning"]


async def test_why_there_is_no_reaction_is_said(slack, adapter):
    ts = await slack.say("hello")
    with refused("does not know what Slack calls 🦊"):
        await adapter.order.react(GENERAL, ts, "🦊")
    with refused("The message is gone"):
        await adapter.order.react(GENERAL, "1.000001", "👀")
    slack.refuse("reactions.add", "missing_scope reactions:write")
    with refused("lacks the Slack scope reactions:write"):
        await adapter.order.react(GENERAL, ts, "👀")
    slack.refuse("reactions.add", "too_many_reactions")
    with refused("as many reactions as Slack allows"):
        await adapter.order.react(GENERAL, ts, "👀")


async def test_without_an_admins_token_what_people_wrote_stays_and_it_is_said_why(slack, adapter):
    ts = await slack.say("rude")
    with refused("SLACK_ADMIN_TOKEN"):
        await adapter.order.remove(GENERAL, ts)
    assert slack.api.messages


async def test_by_an_admins_token_it_is_deleted_and_what_is_gone_is_no_trouble(slack):
    adapter = connected(slack, SLACK_ADMIN_TOKEN=ADMIN_TOKEN)
    ts = await slack.say("rude")
    for _ in range(2):
        await adapter.order.remove(GENERAL, ts)
    assert not slack.api.messages
    await adapter.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("token_revoked", "refuses SLACK_ADMIN_TOKEN"),
        ("cant_delete_message", "may not delete this message"),
        ("missing_scope chat:write", "lacks the scope chat:write"),
        ("not_in_channel", "is not in this channel"),
        ("internal_error", "Try again"),
    ],
)
async def test_what_keeps_the_admin_from_deleting_is_said(slack, error, sentence):
    adapter = connected(slack, SLACK_ADMIN_TOKEN=ADMIN_TOKEN)
    ts = await slack.say("rude")
    slack.refuse("chat.delete", *[error] * 9)
    with refused(sentence):
        await adapter.order.remove(GENERAL, ts)
    assert adapter.teams.trouble == ""  # that was the bot's own token
    await adapter.close()


async def test_slack_has_no_time_outs(adapter):
    with refused("no time-outs"):
        await adapter.order.time_out(GENERAL, ADA, 60)


# What people are


async def test_who_speaks_comes_with_their_user_groups_and_whether_they_are_an_admin(
    slack, running, inbox
):
    slack.order.user_groups = {"S9": {"UADA", "UBOB"}, "S8": {"UADA"}}
    slack.order.admins.add("UADA")
    await slack.say("hello", by="ada")
    await slack.say("hello", by="bob")
    await slack.say("hello", by="carol")
    said = [event.author.roles for event in await inbox.first(3)]
    assert said == [("slack:T1:admin", "slack:T1:S9", "slack:T1:S8"), ("slack:T1:S9",), ()]
    assert slack.requests["usergroups.list"] == 1


async def test_a_command_and_a_button_come_with_them_too(slack, running, inbox):
    slack.order.user_groups = {"S9": {"UADA"}}
    await slack.slash("usage", "me")
    (event,) = await inbox.first()
    assert event.author.roles == ("slack:T1:S9",)


async def test_roles_that_cannot_be_had_are_none_and_nobody_is_kept_waiting(
    slack, running, inbox, caplog, monkeypatch
):
    caplog.set_level("INFO")
    slack.refuse("usergroups.list", "missing_scope usergroups:read")
    slack.refuse("users.info", *["missing_scope users:read"] * 2)
    await slack.say("hello")
    await slack.say("again", by="bob")
    assert [event.author.roles for event in await inbox.first(2)] == [(), ()]
    lines = [line for line in caplog.messages if "who is in which user group" in line]
    assert len(lines) == 1


async def test_a_slack_that_is_slow_to_tell_does_not_delay_the_acknowledgement(
    slack, running, inbox, monkeypatch
):
    monkeypatch.setattr(roles, "PATIENCE", 0.05)
    slack.delay(3)
    envelope = await slack.say("hello")
    (event,) = await inbox.first()
    assert envelope
    assert event.author.roles == ()
    slack.delay(0)


async def test_old_roles_are_used_while_new_ones_are_asked_for(slack, adapter, clock):
    slack.order.user_groups = {"S9": {"UADA"}}
    known = roles.Roles(adapter.people)
    assert await known.of(ADA) == ("slack:T1:S9",)
    slack.order.user_groups = {"S7": {"UADA"}}
    clock[0] += ROLES
    assert await known.of(ADA) == ("slack:T1:S9",)
    async with asyncio.timeout(5):
        while await known.of(ADA) != ("slack:T1:S7",):
            await asyncio.sleep(0)
    assert slack.requests["usergroups.list"] == 2


async def test_what_is_being_asked_ends_with_the_adapter(slack):
    adapter = connected(slack)
    slack.stall("C1")
    asking = asyncio.create_task(adapter.order.may_read(ADA, GENERAL))
    await eventually(lambda: slack.requests["conversations.info"])
    slack.release()
    await adapter.close()
    with suppress(asyncio.CancelledError):
        assert not await asking
