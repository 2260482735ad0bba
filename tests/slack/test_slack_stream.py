"""Answers that are streamed by Slack's own means."""

import asyncio
import re

import pytest

from adapters.slack import status
from adapters.slack.stream import LONGEST
from bot.parts import Delta, Status, Text
from tests.fakes.slack_web import BOT
from tests.slack.conftest import Log
from tests.slack.helpers import AGAIN, STOP, metadata, texts

PROSE = "\n\n".join(f"Paragraph {number} of some words, more or less." for number in range(40))


@pytest.fixture
def clock(desk):
    """The clock by which we know how old a stream is."""
    now = [0.0]
    desk.workspace.streaming.clock = lambda: now[0]
    return now


async def streamed(slack, desk, **how):
    """A delivery that suits."""
    return desk.delivery(await slack.direct("hello"), channel="DADA", **how)


async def begun(slack, screen, delivery, text):
    """Until we know of the stream with these first words."""
    screen.show(STOP)
    screen.show(Delta(text))
    await slack.until(slack.posts)
    while not delivery.log.known.get("0"):
        await asyncio.sleep(0)


async def test_a_direct_answer_is_streamed_by_slacks_own_means(slack, desk):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        screen.show(STOP)
        screen.show(Delta("Hel"))
        [post] = await slack.until(slack.posts)
        assert (post.text, post.buttons) == ("Hel", ("Stop",))
        screen.show(Delta("lo"))
        await slack.until(lambda: texts(slack) == ["Hello"])
        screen.show(AGAIN)
    [post] = slack.posts()
    assert (post.text, post.buttons, post.thread) == ("Hello", ("Regenerate",), delivery.source)
    assert slack.requests["chat.startStream"] == slack.requests["chat.stopStream"] == 1
    assert slack.requests["chat.appendStream"] == slack.requests["chat.update"] == 1
    assert slack.api.messages[-1]["metadata"] == metadata()


async def test_in_a_channel_where_only_one_reader_would_see_it_grow_nothing_is_streamed(
    slack, desk
):
    slack.api.streaming = "everywhere"
    root = await slack.mention("hello")
    async with desk.delivering(desk.delivery(root)) as screen:
        screen.show(STOP)
        screen.show(Delta("Hel"))
        await slack.until(slack.posts)
        screen.show(Delta("lo"))
    assert texts(slack) == ["Hello"]
    assert slack.requests["chat.startStream"] == 0


async def test_each_append_carries_only_what_is_new(slack, desk):
    sent = []
    append = slack.api.chat_appendStream

    def kept(body):
        sent.extend(chunk["text"] for chunk in body["chunks"])
        return append(body)

    slack.api.chat_appendStream = kept
    async with desk.delivering(await streamed(slack, desk)) as screen:
        screen.show(STOP)
        screen.show(Delta("one "))
        for word in ("two ", "three ", "four "):
            await slack.until(lambda: len(texts(slack)) == 1)
            said = texts(slack)[0]
            screen.show(Delta(word))
            await slack.until(lambda said=said: texts(slack)[0] != said)
    assert sent == ["two ", "three ", "four "]
    assert texts(slack) == ["one two three four "]


@pytest.mark.parametrize("error", ["missing_scope", "channel_type_not_supported", "not_allowed"])
async def test_where_streaming_is_refused_answers_are_edited_from_then_on(slack, desk, error):
    slack.refuse("chat.startStream", error)
    for _ in range(2):
        async with desk.delivering(await streamed(slack, desk)) as screen:
            screen.show(STOP)
            screen.show(Text("Hel"))
            await slack.until(lambda: texts(slack)[-1:] == ["Hel"])
            screen.show(Text("Hello"))
    assert texts(slack) == ["Hello", "Hello"]
    assert slack.requests["chat.startStream"] == 1


async def test_what_slack_finds_wrong_with_one_stream_says_nothing_of_the_next(slack, desk):
    slack.refuse("chat.startStream", "invalid_chunks")
    for number in (1, 2):
        async with desk.delivering(await streamed(slack, desk)) as screen:
            screen.show(STOP)
            screen.show(Text("Hello"))
            await slack.until(lambda number=number: len(slack.posts()) == number)
    assert texts(slack) == ["Hello", "Hello"]
    assert slack.requests["chat.startStream"] == 2


async def test_without_a_button_to_be_found_by_an_answer_is_not_streamed(slack, desk):
    async with desk.delivering(await streamed(slack, desk)) as screen:
        screen.show(Delta("Hel"))
        await slack.until(slack.posts)
        screen.show(Delta("lo"))
    assert texts(slack) == ["Hello"]
    assert slack.requests["chat.startStream"] == 0


# Over the time and the size of a stream


async def test_an_answer_goes_on_in_a_next_stream_before_slack_ends_the_first(slack, desk, clock):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        clock[0] = LONGEST + 1
        screen.show(Delta("\n\nThe second stream"))
        await slack.until(lambda: len(slack.posts()) == 2)
        assert slack.api.streams(slack.posts()[1].id)
        screen.show(Delta(" goes on."))
        await slack.until(lambda: texts(slack)[1].endswith("goes on."))
        screen.show(AGAIN)
    first, second = slack.posts()
    assert first.text + second.text == f"{PROSE}\n\nThe second stream goes on."
    assert first.text.endswith("\n\n")
    assert (first.buttons, second.buttons) == ((), ("Regenerate",))
    assert first.thread == second.thread == delivery.source
    assert slack.requests["chat.startStream"] == slack.requests["chat.stopStream"] == 2
    assert slack.requests["chat.update"] == 2  # one each
    assert [m["metadata"] for m in slack.api.messages if m["user"] == BOT] == [
        metadata(key="0"),
        metadata(key="1"),
    ]


async def test_an_answer_goes_on_in_a_next_stream_when_slack_has_ended_the_first(slack, desk):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        slack.advance(301)
        screen.show(Delta("\n\nThe second stream"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Delta(" goes on."))
    first, second = slack.posts()
    assert first.text + second.text == f"{PROSE}\n\nThe second stream goes on."
    assert slack.requests["chat.startStream"] == 2
    assert slack.requests["chat.stopStream"] == 1  # nothing is asked of the first


async def test_a_fence_that_is_open_when_a_stream_ends_is_closed_and_opened_again(
    slack, desk, clock
):
    code = "".join(f"print('line {number}')\n" for number in range(40))
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, f"Look:\n\n```python\n{code}")
        clock[0] = LONGEST + 1
        screen.show(Delta("print('the last')\n"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Delta("```\nDone."))
    first, second = texts(slack)
    assert first.endswith("')\n```")
    assert second.startswith("```python\nprint(")
    assert second.endswith("print('the last')\n```\nDone.")
    assert [text.count("```") for text in (first, second)] == [2, 2]


async def test_so_little_text_that_nothing_can_be_closed_goes_on_as_edits(slack, desk, clock):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, "one ")
        clock[0] = LONGEST + 1
        screen.show(Delta("two "))
        await slack.until(lambda: texts(slack) == ["one two "])
        screen.show(Delta("three"))
    assert texts(slack) == ["one two three"]
    assert slack.requests["chat.startStream"] == 1


async def test_an_answer_too_long_for_one_message_goes_on_in_a_next_stream(slack, desk):
    words = " ".join(f"word{number}" for number in range(3_000))
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, words[:9_000])
        screen.show(Delta(words[9_000:15_000]))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Delta(words[15_000:]))
        await slack.until(lambda: len(slack.posts()) == 3)
    assert "".join(texts(slack)) == words
    assert slack.requests["chat.startStream"] == 3


async def test_a_message_that_slack_finds_too_long_goes_on_in_a_next_stream(slack, desk):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        slack.refuse("chat.appendStream", "msg_too_long")
        screen.show(Delta("\n\nThe second stream"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Delta(" goes on."))
    assert "".join(texts(slack)) == f"{PROSE}\n\nThe second stream goes on."
    assert slack.requests["chat.startStream"] == 2


async def test_no_stream_is_begun_for_nothing_but_blank_lines(slack, desk, clock):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        clock[0] = LONGEST + 1
        screen.show(Delta("\n\n\n"))
        await slack.until(lambda: slack.requests["chat.update"])
        assert slack.requests["chat.startStream"] == 1
        screen.show(Delta("The second stream"))
        await slack.until(lambda: len(slack.posts()) == 2)
    assert "".join(texts(slack)).split() == f"{PROSE} The second stream".split()


async def test_a_text_that_begins_anew_behind_a_rollover_is_laid_out_anew(slack, desk, clock):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        clock[0] = LONGEST + 1
        screen.show(Delta("\n\nThe second stream"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Text("Another answer"))
    assert texts(slack) == ["Another answer"]
    assert delivery.log.known.keys() == {"0"}


async def test_where_no_next_stream_may_start_the_answer_goes_on_as_edits(slack, desk, clock):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, PROSE)
        clock[0] = LONGEST + 1
        slack.refuse("chat.startStream", "channel_type_not_supported")
        screen.show(Delta("\n\nThe second message"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Delta(" goes on."))
    first, second = texts(slack)
    assert first + second == f"{PROSE}\n\nThe second message goes on."


# Faults


async def test_slacks_own_stop_button_is_our_stop(slack, desk, inbox):
    """Slack ends the stream, and leaves it to us to end the session."""
    desk.workspace.streaming.accept = inbox.accept
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, "one ")
        slack.api.stopped.add(slack.posts()[0].id)
        screen.show(Delta("two"))
        [stop] = await inbox.first()
    assert stop.delivery == "delivery0001"
    assert texts(slack) == ["one two"]
    assert slack.api.sessions[delivery.source] == ["processing", "active"]


@pytest.mark.parametrize("error", ["invalid_chunks", "streaming_state_conflict", "500", "html"])
async def test_a_stream_that_fails_ends_as_an_edit_with_all_the_text(slack, desk, error):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, "one ")
        slack.refuse("chat.appendStream", error)
        screen.show(Delta("two"))
        await slack.until(lambda: texts(slack) == ["one two"])
    assert texts(slack) == ["one two"]


async def test_a_stream_that_somebody_deleted_is_not_posted_again_and_ends_quietly(slack, desk):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, "one ")
        slack.api.messages.pop()
        screen.show(Delta("two"))
        await slack.until(lambda: slack.requests["chat.appendStream"])
    assert not slack.posts()


async def test_a_text_that_begins_anew_ends_the_stream(slack, desk):
    async with desk.delivering(await streamed(slack, desk)) as screen:
        screen.show(STOP)
        screen.show(Text("A draft"))
        await slack.until(slack.posts)
        screen.show(Text("The answer"))
        await slack.until(lambda: texts(slack) == ["The answer"])
    assert texts(slack) == ["The answer"]


async def test_after_a_restart_a_stream_left_open_is_ended_and_its_message_goes_on(slack, desk):
    before = await streamed(slack, desk)
    with pytest.raises(asyncio.CancelledError):  # noqa: PT012  the kill comes in the middle
        async with desk.delivering(before) as screen:
            await begun(slack, screen, before, "Hel")
            raise asyncio.CancelledError
    [post] = slack.posts()
    assert slack.api.streams(post.id)
    assert desk.workspace.streaming.under_way == 0
    after = desk.delivery(before.source, channel="DADA", log=Log(before.log.known))
    async with desk.delivering(after) as screen:
        screen.show(Text("Hello again"))
    assert [(p.id, p.text) for p in slack.posts()] == [(post.id, "Hello again")]
    assert not slack.api.streams(post.id)


@pytest.mark.parametrize("known", ["landed", "lost"])
async def test_after_a_restart_behind_a_rollover_the_answer_stands_once(slack, desk, clock, known):
    before = await streamed(slack, desk)
    with pytest.raises(asyncio.CancelledError):  # noqa: PT012  the kill comes in the middle
        async with desk.delivering(before) as screen:
            await begun(slack, screen, before, PROSE)
            clock[0] = LONGEST + 1
            screen.show(Delta("\n\nMore."))
            await slack.until(lambda: len(slack.posts()) == 2)
            raise asyncio.CancelledError
    log = Log(before.log.known | ({"1": None} if known == "lost" else {}))
    after = desk.delivery(before.source, channel="DADA", log=log)
    async with desk.delivering(after) as screen:
        screen.show(Text(f"{PROSE}\n\nMore.\n\n_Interrupted._"))
    assert texts(slack) == [f"{PROSE}\n\nMore.\n\n_Interrupted._"]
    assert log.known.keys() == {"0"}


async def test_a_mention_that_two_appends_put_together_mentions_nobody(slack, desk):
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        await begun(slack, screen, delivery, "Hello <@UA")
        screen.show(Delta("DA> and <!chan"))
        await slack.until(lambda: "chan" in texts(slack)[0])
        screen.show(Delta("nel|x>!"))
        await slack.until(lambda: texts(slack)[0].endswith("!"))
        assert not re.search(r"<(@|!)\w+(\|[^>]*)?>", slack.api.messages[-1]["text"])
    assert slack.requests["chat.appendStream"] == 2


# Stop, while Slack shows that something is streamed


async def test_a_stream_ends_the_session_that_it_began(slack, desk, monkeypatch):
    monkeypatch.setattr(status, "SESSION_AFTER", 0.0)
    delivery = await streamed(slack, desk)
    async with desk.delivering(delivery) as screen:
        screen.show(STOP)
        screen.show(Status("Thinking"))
        await slack.until(lambda: slack.requests["agents.sessions.setStatus"])
        screen.show(Delta("Hello"))
        await slack.until(slack.posts)
    assert slack.api.sessions[delivery.source] == ["processing", "processing", "active"]
    assert slack.requests["agents.sessions.setStatus"] == 1
