"""What people do in a workspace, and what Parley, all of it, makes of that."""

import asyncio

import pytest

from bot.events import Deleted, Edited, Message, Place, Stop
from bot.parts import Delta, Text
from tests.contract.house import living
from tests.contract.slack import SlackWorld
from tests.contract.world import Upload
from tests.fakes.openai import Fault
from tests.fakes.slack_shared import references

CSV = Upload("people.csv", b"name,born\nAda,1815\n", "text/csv")
NOTE = Upload("audio_message.m4a", b"\0\0\0\x18ftypmp42", "audio/mp4", seconds=2.5)


@pytest.fixture(autouse=True)
def patient(slack):
    """Slack waits for an acknowledgement, however slow the machine is."""
    slack.socket.patience = 30.0


async def done(envelope):
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()
    return envelope.answer


# As events


async def test_an_edit_and_a_deletion_are_events_of_their_message(slack, running, inbox):
    root = await slack.mention("helo")
    await slack.edit(root, "hello")
    await slack.delete(root)
    message, edited, deleted = await inbox.first(3)
    assert isinstance(message, Message)
    assert isinstance(edited, Edited)
    assert isinstance(deleted, Deleted)
    assert edited.message == deleted.message == message.id
    assert edited.place == deleted.place == message.place
    assert (edited.text, edited.addressed) == ("hello", True)


async def test_an_edit_that_slack_sends_twice_is_one_event(slack, running, inbox):
    root = await slack.mention("helo")
    edit = await slack.edit(root, "hello")
    await slack.redeliver()
    await slack.other(edit.payload["event"] | {"event_ts": "9.9"})
    await inbox.arrived(5)
    assert len(inbox.events) == 2


async def test_a_link_that_gets_its_preview_is_no_event(slack, running, inbox):
    root = await slack.mention("http://x.org")
    message = slack.standing(root)
    preview = {"attachments": [{"text": "The page", "from_url": "http://x.org"}]}
    await done(await slack.changed(message | preview, message))
    await inbox.first()
    assert len(inbox.events) == 1


async def test_a_root_that_is_deleted_under_its_answer_is_gone(slack, running, inbox):
    root = await slack.mention("hello")
    slack.api.store("C1", "UPARLEY", bot_id="BPARLEY", thread_ts=root, text="Hello")
    await slack.delete(root)
    deleted = (await inbox.first(2))[-1]
    assert isinstance(deleted, Deleted)
    assert deleted.place == Place("slack", "T1", "C1", root)


async def test_what_parley_writes_comes_back_and_is_no_event(slack, running, inbox, desk):
    slack.echoes = True
    root = await slack.mention("hello")
    async with desk.delivering(desk.delivery(root)) as screen:
        screen.show(Text("Hel"))
        await slack.until(slack.posts)
        screen.show(Delta("lo"))
    told = slack.socket.envelopes[-1]
    assert told.payload["event"]["subtype"] == "message_changed"
    await done(told)
    await inbox.first()
    assert [event.source for event in inbox.events.values()] == [root]


async def test_slacks_own_stop_button_is_a_control(slack, running, inbox):
    root = await slack.mention("hello")
    await slack.stop(root, by="bob")
    stop = (await inbox.first(2))[-1]
    assert isinstance(stop, Stop)
    assert (stop.delivery, stop.place.thread, stop.author.id) == ("", root, "slack:T1:UBOB")


async def test_a_voice_clip_is_heard_as_one(slack, running, inbox):
    await slack.direct("", slack.upload(NOTE))
    (event,) = await inbox.first()
    (clip,) = event.attachments
    assert (clip.spoken, clip.seconds, clip.media_type) == (True, 2.5, "audio/mp4")
    assert event.addressed


async def test_what_is_said_in_a_thread_is_taken_in_its_order(slack, running, inbox):
    root = await slack.mention("0")
    for number in range(1, 200):
        await slack.say(str(number), thread=root)
        if number % 7 == 0:
            await slack.redeliver()
    events = await inbox.first(200)
    assert [event.text for event in events] == [str(number) for number in range(200)]


# With all of Parley


@pytest.fixture
async def house(tmp_path):
    async with living(SlackWorld(), tmp_path) as house:
        yield house


@pytest.fixture
def slack_of(house):
    return house.world.slack


async def test_slacks_own_stop_button_ends_the_answer_of_its_thread(house, slack_of):
    house.openai.faults.append(Fault(stall_after=3))
    root = await slack_of.mention("one two three four five")
    await house.shows("You said: one")
    await slack_of.stop(root)
    (stopped,) = await house.answered()
    assert stopped.text == "You said: one\n\n_Stopped._"


async def test_the_page_shows_what_parley_can_do_and_what_was_used(house, slack_of):
    await slack_of.mention("hello", by="bob")
    await house.answered()
    await slack_of.open_home(by="bob")
    await slack_of.until(lambda: slack_of.views.published)
    text = "\n".join(b["text"]["text"] for b in slack_of.views.published["UBOB"]["blocks"])
    assert "• `/usage me`: What you have used" in text
    assert "*Today*:" in text
    assert "chat" in text


async def test_a_text_file_of_another_company_is_part_of_the_question(house, slack_of):
    shared = references([slack_of.upload(CSV)])
    await slack_of.mention("who is it?", *shared)
    await house.answered()
    question = house.openai.calls[-1].body["messages"][-1]["content"]
    assert "Ada,1815" in question
    assert question.endswith("who is it?")


async def test_a_mention_that_an_edit_adds_is_answered(house, slack_of):
    root = await slack_of.say("hello")
    message = slack_of.standing(root)
    edited = {"user": "UADA", "ts": "1782770450.000100"}
    changed = message | {"text": "<@UPARLEY> hello", "edited": edited}
    await slack_of.changed(changed, message)
    (post,) = await house.answered()
    assert (post.text, post.thread) == ("You said: hello", root)


async def test_a_command_asked_in_a_channel_is_answered_there(house, slack_of):
    await slack_of.slash("ask", "what is it?")
    (post,) = await house.answered()
    assert post.text == "You said: what is it?"
