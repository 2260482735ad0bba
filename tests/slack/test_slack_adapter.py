"""The real adapter against a Slack on loopback. The traps are those of Bolt and Socket Mode."""

import asyncio

import pytest

from bot.events import Invocation, Stop
from bot.parts import Button, Buttons, Text
from bot.screen import Screen
from bot.settings import WrongSetting
from tests.fakes.parley import suggest_nothing
from tests.fakes.slack_web import APP_TOKEN, BOT_TOKEN
from tests.slack.conftest import COMMANDS, connected


async def acknowledged(envelope):
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()


async def test_what_parley_does_not_handle_is_acknowledged_and_not_delivered_again(
    slack, running, inbox
):
    await acknowledged(await slack.other({"type": "reaction_added", "user": "U1"}))
    await acknowledged(await slack.other({"type": "message", "subtype": "channel_join"}))
    assert not inbox.events
    assert len(slack.socket.envelopes) == 2


async def test_a_mention_that_comes_by_two_ways_is_one_event(slack, running, inbox):
    root = await slack.mention("hello")
    await inbox.arrived(2)
    [event] = inbox.events.values()
    assert (event.text, event.addressed, event.place.thread) == ("hello", True, root)


async def test_an_event_is_written_down_before_it_is_acknowledged(slack, running, inbox):
    inbox.gate.clear()
    envelope = await slack.other(slack._say("DADA", "hello", "ada", ""))
    await slack.other({"type": "later"})
    await acknowledged(slack.socket.envelopes[1])
    assert not envelope.acknowledged.is_set()
    inbox.gate.set()
    await acknowledged(envelope)


async def test_an_event_that_could_not_be_written_down_comes_again(slack, running, inbox):
    inbox.broken = 2
    await slack.direct("hello")
    [event] = await inbox.first()
    assert event.text == "hello"
    assert slack.socket.envelopes[-1].attempt == 2


async def test_a_refreshed_connection_is_open_before_the_old_one_is_closed(slack, running, inbox):
    await slack.socket.goodbye("refresh_requested")  # waits for the new one, then closes
    await slack.direct("hello")
    await inbox.first()
    assert slack.socket.connections == 1


async def test_errors_of_a_moment_are_tried_again(slack, adapter, inbox):
    slack.refuse("auth.test", "500")
    slack.refuse("apps.connections.open", "500", "html", "internal_error")
    slack.limit_next()
    task = asyncio.create_task(adapter.run(inbox.accept, suggest_nothing, COMMANDS))
    await slack.direct("hello")
    await inbox.first()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_said_while_the_connection_is_cut_arrives_after_it(slack, running, inbox):
    slack.socket.cut()
    await slack.mention("hello")
    [event] = await inbox.first()
    assert event.text == "hello"


async def test_200_mentions_with_redelivery_and_disconnects_are_200_events(slack, running, inbox):
    for number in range(200):
        await slack.mention(f"question {number}")
        if number % 5 == 0:
            await slack.redeliver()
        if number % 50 == 25:
            slack.socket.cut()
        if number % 50 == 49:
            await slack.socket.goodbye()
    events = await inbox.first(200)
    assert {event.text for event in events} == {f"question {number}" for number in range(200)}
    assert len(inbox.events) == 200
    assert inbox.arrivals >= 440


async def test_a_command_is_an_event_with_its_values(slack, running, inbox):
    await acknowledged(await slack.slash("parley", "usage me", by="bob"))
    [event] = await inbox.first()
    assert isinstance(event, Invocation)
    assert (event.command, event.values) == ("usage", {"who": "me"})
    assert event.author.id == "slack:T1:UBOB"


async def test_a_command_that_cannot_be_meant_is_answered_at_once(slack, running, inbox):
    envelope = await slack.slash("parley", "usge me")
    await acknowledged(envelope)
    assert envelope.answer == {
        "response_type": "ephemeral",
        "text": "There is no command `/usge`. Did you mean `/usage`?",
    }


async def test_a_command_that_cannot_be_written_down_says_so(slack, running, inbox):
    inbox.broken = 1
    envelope = await slack.slash("usage")
    await acknowledged(envelope)
    assert envelope.answer["text"] == "Parley's database is full. Try again later."


async def test_a_button_that_parley_posted_comes_back_as_its_event(slack, running, inbox, desk):
    async with desk.delivering(desk.delivery(await slack.mention("hello"))) as screen:
        screen.show(Text("Hello"))
        screen.show(Buttons((Button("Stop", "stop"),)))
    [post] = slack.posts()
    await slack.press("Stop", post=post.id)
    stop = (await inbox.first(2))[-1]
    assert isinstance(stop, Stop)
    assert stop.delivery == "delivery0001"


async def test_after_its_run_ended_parley_takes_in_nothing_but_still_answers(
    slack, adapter, running, inbox, desk
):
    root = await slack.mention("hello")
    await inbox.first()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await slack.mention("too late")
    screen = Screen()
    screen.show(Text("Hello"))
    screen.finish()
    await adapter.deliver(desk.delivery(root), screen)
    assert [post.text for post in slack.posts()] == ["Hello"]
    assert len(inbox.events) == 1


async def test_what_is_being_written_down_when_run_ends_is_still_acknowledged(
    slack, running, inbox
):
    inbox.gate.clear()
    envelope = await slack.other(slack._say("DADA", "hello", "ada", ""))
    await slack.other({"type": "later"})
    await acknowledged(slack.socket.envelopes[1])
    running.cancel()
    inbox.gate.set()
    await asyncio.gather(running, return_exceptions=True)
    assert envelope.acknowledged.is_set()
    assert len(inbox.events) == 1


async def test_a_token_without_its_scope_ends_the_run_with_a_sentence(slack, adapter, inbox):
    slack.refuse("apps.connections.open", "missing_scope")
    with pytest.raises(WrongSetting, match="connections:write"):
        await adapter.run(inbox.accept, suggest_nothing, COMMANDS)


@pytest.mark.parametrize(
    ("bot", "app", "named"),
    [("xoxb-wrong", APP_TOKEN, "SLACK_BOT_TOKEN"), (BOT_TOKEN, "xapp-wrong", "SLACK_APP_TOKEN")],
)
async def test_a_wrong_token_ends_the_run_with_a_sentence(slack, inbox, bot, app, named):
    adapter = connected(slack, SLACK_BOT_TOKEN=bot, SLACK_APP_TOKEN=app)
    with pytest.raises(WrongSetting) as refused:
        await adapter.run(inbox.accept, suggest_nothing, COMMANDS)
    assert named in refused.value.sentence
    await adapter.close()
