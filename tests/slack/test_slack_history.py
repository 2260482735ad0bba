"""What was said in a thread before Parley was called into it."""

import pytest

from adapters.slack import history, names
from bot.errors import Refused
from bot.events import Place
from bot.ports import PARLEY
from tests.contract.world import Upload


@pytest.fixture(autouse=True)
async def told(slack, running, monkeypatch):
    """Parley knows who it is, and has time."""
    monkeypatch.setattr(history, "PATIENCE", 30)
    monkeypatch.setattr(names, "PATIENCE", 30)


async def thread(slack, number=3):
    root = await slack.say("number 0", by="bob")
    replies = [await slack.say(f"number {n}", thread=root, by="ada") for n in range(1, number)]
    return [root, *replies]


async def before(adapter, ids, ts, limit=100):
    return await adapter.history(Place("slack", "T1", "C1", ids[0]), ts, limit)


def words(said):
    return [message.text for message in said]


async def test_a_thread_is_told_in_its_order_with_who_said_what(slack, adapter):
    ids = await thread(slack)
    summons = await slack.mention("Who is right?", thread=ids[0])
    said = await before(adapter, ids, summons)
    assert words(said) == ["number 0", "number 1", "number 2"]
    assert [message.author.name for message in said] == ["bob", "ada", "ada"]
    assert [message.source for message in said] == ids
    assert said[0].author.id == "slack:T1:UBOB"


async def test_what_was_said_later_is_not_told(slack, adapter):
    ids = await thread(slack, 5)
    assert words(await before(adapter, ids, ids[2])) == ["number 0", "number 1"]


async def test_the_last_messages_of_a_long_thread_are_told(slack, adapter):
    ids = await thread(slack, 230)  # more than one page
    said = await before(adapter, ids, ids[-1], limit=10)
    assert words(said) == [f"number {n}" for n in range(219, 229)]
    assert slack.requests["conversations.replies"] == 2


async def test_what_parley_said_is_its_own_and_what_is_announced_is_left_out(slack, adapter):
    ids = await thread(slack, 1)
    slack.api.store("C1", "UPARLEY", bot_id="BPARLEY", thread_ts=ids[0], text="I &lt;3 it")
    slack.api.store("C1", "UADA", thread_ts=ids[0], subtype="channel_join", text="joined")
    slack.api.store("C1", "", thread_ts=ids[0], subtype="bot_message", username="CI", text="Red")
    said = await before(adapter, ids, await slack.mention("?", thread=ids[0]))
    assert words(said) == ["number 0", "I <3 it", "Red"]
    assert [message.author.name for message in said] == ["bob", "Parley", "CI"]
    assert said[1].author == PARLEY


async def test_people_are_called_by_name_where_they_are_mentioned(slack, adapter):
    ids = await thread(slack, 2)
    slack.api.store("C1", "UBOB", thread_ts=ids[0], text="<@UADA> and <@UCAT>?")
    said = await before(adapter, ids, await slack.mention("?", thread=ids[0]))
    assert said[-1].text == "@ada and @UCAT?"


async def test_files_come_along(slack, adapter):
    root = await slack.say("look", slack.upload(Upload("fox.png", b"x", "image/png")))
    (said,) = await before(adapter, [root], await slack.mention("?", thread=root))
    assert [attachment.name for attachment in said.attachments] == ["fox.png"]


async def test_everybody_is_asked_for_once(slack, adapter):
    ids = await thread(slack)
    for _ in range(3):
        await before(adapter, ids, await slack.mention("?", thread=ids[0]))
    assert slack.requests["users.info"] == 4  # for a name, and for whether they are an admin


async def test_where_nobody_may_be_asked_for_ids_are_their_names(slack, adapter):
    slack.refuse("users.info", *["missing_scope"] * 4)
    ids = await thread(slack)
    for _ in range(2):
        said = await before(adapter, ids, await slack.mention("?", thread=ids[0]))
        assert [message.author.name for message in said[:2]] == ["UBOB", "UADA"]
    assert slack.requests["users.info"] == 4


async def test_names_that_take_too_long_are_not_waited_for(slack, adapter, monkeypatch):
    monkeypatch.setattr(names, "PATIENCE", 0.05)
    slack.refuse("users.info", *["429"] * 4)
    ids = await thread(slack)
    said = await before(adapter, ids, ids[-1])
    assert [message.author.name for message in said] == ["UBOB", "UADA"]


async def test_outside_threads_nothing_was_said(slack, adapter):
    assert await adapter.history(Place("slack", "T1", "C1"), "1.1", 100) == ()
    assert not slack.requests["conversations.replies"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("missing_scope groups:history", "Parley lacks the Slack scope groups:history."),
        ("not_in_channel", "Parley is not in this channel. Invite it with /invite."),
        ("access_denied", "Parley cannot read what was said here before: Slack says"),
    ],
)
async def test_what_may_not_be_read_is_refused_with_the_reason(slack, adapter, error, sentence):
    ids = await thread(slack)
    slack.refuse("conversations.replies", error)
    with pytest.raises(Refused) as refusal:
        await before(adapter, ids, ids[-1])
    assert refusal.value.sentence.startswith(sentence)


async def test_a_limit_of_once_a_minute_is_not_waited_for(slack, adapter, monkeypatch):
    monkeypatch.setattr(history, "PATIENCE", 0.05)
    ids = await thread(slack)
    slack.refuse("conversations.replies", "429")
    with pytest.raises(Refused) as refusal:
        await before(adapter, ids, ids[-1])
    assert "Slack did not answer" in refusal.value.sentence
