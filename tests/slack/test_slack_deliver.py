"""Screens on a Slack on loopback: what people read, and how often it was written."""

import asyncio
import time

import pytest

from adapters.slack.stream import LONGEST
from bot.errors import Undeliverable
from bot.parts import Button, Buttons, Delta, Notice, Status, Text
from tests.slack.conftest import Log

STOP = Buttons((Button("Stop", "stop"),))
AGAIN = Buttons((Button("Regenerate", "regenerate"),))


def metadata(nonce="nonce0000001", key="0"):
    return {"event_type": "parley_reply", "event_payload": {"nonce": nonce, "key": key}}


async def asked(slack, text="hello", **how):
    return await slack.mention(text, **how)


def texts(slack):
    return [post.text for post in slack.posts()]


async def test_an_answer_grows_in_one_message_in_its_thread(slack, desk):
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        screen.show(STOP)
        screen.show(Delta("Hel"))
        [post] = await slack.until(slack.posts)
        assert (post.text, post.thread, post.buttons) == ("Hel", root, ("Stop",))
        screen.show(Delta("lo"))
        await slack.until(lambda: texts(slack) == ["Hello"])
        screen.show(AGAIN)
    [post] = slack.posts()
    assert (post.text, post.buttons) == ("Hello", ("Regenerate",))


async def test_what_comes_and_goes_between_two_edits_is_not_written(slack, desk):
    desk.pace(0.2)
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        for word in range(100):
            screen.show(Delta(f"word{word} "))
            await asyncio.sleep(0)
    assert slack.calls() <= 3
    assert "word99" in texts(slack)[0]


async def test_twenty_answers_share_the_edits_and_all_end_at_once(slack, desk):
    desk.pace(1.0)  # in the queue, the last would end after 20 s
    roots = [await asked(slack) for _ in range(20)]

    async def answer(root):
        async with desk.delivering(desk.delivery(root)) as screen:
            screen.show(Text("begun"))
            await slack.until(lambda: len(slack.posts()) == 20)
            screen.show(Text("ended"))

    async with asyncio.timeout(10):
        await asyncio.gather(*map(answer, roots))
    assert texts(slack) == ["ended"] * 20
    assert slack.calls() <= 20 * 3


async def test_a_status_shows_until_the_first_words(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Status("Thinking"))
        await slack.until(lambda: slack.api.statuses)
        screen.show(Text("Hello"))
    assert slack.api.statuses == ["Thinking"]  # Slack takes it away with the post


async def test_a_status_that_no_words_followed_is_taken_away(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Status("Thinking"))
        await slack.until(lambda: slack.api.statuses)
        screen.show(Notice("No."))
    assert slack.api.statuses == ["Thinking", ""]


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method"])
async def test_where_no_status_can_be_shown_the_answer_comes_and_it_is_not_tried_again(
    slack, desk, error
):
    slack.refuse("assistant.threads.setStatus", error)
    for _ in range(2):
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Status("Thinking"))
            await slack.until(lambda: slack.requests["assistant.threads.setStatus"])
            screen.show(Text("Hello"))
    assert texts(slack) == ["Hello", "Hello"]
    assert slack.requests["assistant.threads.setStatus"] == 1


async def test_a_direct_answer_is_streamed_by_slacks_own_means(slack, desk):
    root = await slack.direct("hello")
    async with desk.delivering(desk.delivery(root, channel="DADA")) as screen:
        screen.show(STOP)
        screen.show(Delta("Hel"))
        [post] = await slack.until(slack.posts)
        assert (post.text, post.buttons) == ("Hel", ("Stop",))
        screen.show(Delta("lo"))
        await slack.until(lambda: texts(slack) == ["Hello"])
        screen.show(AGAIN)
    [post] = slack.posts()
    assert (post.text, post.buttons, post.thread) == ("Hello", ("Regenerate",), root)
    assert slack.requests["chat.startStream"] == slack.requests["chat.stopStream"] == 1
    assert slack.requests["chat.appendStream"] == slack.requests["chat.update"] == 1
    assert slack.api.messages[-1]["metadata"] == metadata()


@pytest.mark.parametrize("error", ["missing_scope", "channel_type_not_supported", "not_allowed"])
async def test_where_streaming_is_refused_answers_are_edited_from_then_on(slack, desk, error):
    slack.refuse("chat.startStream", error)
    for _ in range(2):
        root = await slack.direct("hello")
        async with desk.delivering(desk.delivery(root, channel="DADA")) as screen:
            screen.show(Text("Hel"))
            await slack.until(lambda: texts(slack)[-1:] == ["Hel"])
            screen.show(Text("Hello"))
    assert texts(slack) == ["Hello", "Hello"]
    assert slack.requests["chat.startStream"] == 1


@pytest.mark.parametrize("seconds", [LONGEST + 1, 301])
async def test_an_answer_that_outlasts_its_stream_goes_on_as_edits(slack, desk, seconds):
    """Before Slack ends the stream by our own clock, and after it by Slack's error."""
    now = 0.0
    desk.workspace.streaming.clock = lambda: now
    root = await slack.direct("hello")
    async with desk.delivering(desk.delivery(root, channel="DADA")) as screen:
        screen.show(Delta("one "))
        await slack.until(slack.posts)
        slack.advance(seconds)
        now = seconds if seconds < 300 else 0.0
        screen.show(Delta("two "))
        await slack.until(lambda: texts(slack) == ["one two "])
        screen.show(Delta("three"))
    assert texts(slack) == ["one two three"]


async def test_slacks_own_stop_button_is_our_stop(slack, desk, inbox):
    desk.workspace.streaming.accept = inbox.accept
    root = await slack.direct("hello")
    async with desk.delivering(desk.delivery(root, channel="DADA")) as screen:
        screen.show(Delta("one "))
        await slack.until(slack.posts)
        slack.refuse("chat.appendStream", "stopped_by_user")
        screen.show(Delta("two"))
        [stop] = await inbox.first()
    assert stop.delivery == "delivery0001"
    assert texts(slack) == ["one two"]


async def test_a_long_answer_is_split_and_its_buttons_stand_last(slack, desk):
    paragraphs = "\n\n".join(f"{number} " + "word " * 100 for number in range(60))
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text(paragraphs))
        screen.show(AGAIN)
    posts = slack.posts()
    assert len(posts) == 3
    assert "".join(post.text for post in posts).split() == paragraphs.split()
    assert [post.buttons for post in posts] == [(), (), ("Regenerate",)]
    assert {post.thread for post in posts} == {posts[0].thread}


async def test_an_answer_that_slack_finds_too_long_is_split_smaller(slack, desk):
    slack.refuse("chat.postMessage", "msg_blocks_too_long")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("word " * 2000))
    assert len(slack.posts()) == 2


async def test_what_a_model_wrote_mentions_nobody(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("<!channel> <@U1> <#C1|x> <!subteam^S1> &amp; `<!-- html -->`"))
    message = slack.api.messages[-1]
    for shown in (message["text"], message["blocks"][0]["text"]):
        assert not any(mark in shown for mark in ("<!channel>", "<@U1>", "<#C1|", "<!subteam^"))
    assert "`<!-- html -->`" in message["blocks"][0]["text"]


async def test_a_notice_is_for_the_asker_alone_and_told_once(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    for _ in range(2):
        async with desk.delivering(delivery) as screen:
            screen.show(Notice("Your budget is spent."))
    [post] = slack.posts()
    assert (post.text, post.private_to, post.thread) == ("Your budget is spent.", "ada", root)


async def test_a_notice_that_cannot_be_private_is_a_reply(slack, desk):
    slack.refuse("chat.postEphemeral", "user_not_in_channel")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Notice("Your budget is spent."))
    [post] = slack.posts()
    assert (post.text, post.private_to) == ("Your budget is spent.", "")


async def test_a_private_answer_goes_through_its_response_url(slack, desk):
    envelope = await slack.slash("help")
    delivery = desk.delivery(private=True, address=envelope.payload["response_url"])
    async with desk.delivering(delivery) as screen:
        screen.show(Text("What Parley does"))
    [post] = slack.posts()
    assert (post.text, post.private_to) == ("What Parley does", "ada")
    assert slack.requests["chat.postEphemeral"] == 0


async def test_a_private_answer_with_an_expired_response_url_is_ephemeral(slack, desk):
    delivery = desk.delivery(private=True, address=f"{slack.url}/respond/expired")
    async with desk.delivering(delivery) as screen:
        screen.show(Text("What Parley does"))
    assert [post.private_to for post in slack.posts()] == ["ada"]


async def test_a_private_answer_that_cannot_be_private_is_not_given(slack, desk):
    slack.refuse("chat.postEphemeral", "user_not_in_channel")
    with pytest.raises(Undeliverable):
        async with desk.delivering(desk.delivery(private=True)) as screen:
            screen.show(Text("secret"))
    assert not slack.posts()


@pytest.mark.parametrize("how", ["500", "cut"])
@pytest.mark.parametrize("channel", ["C1", "DADA"])
async def test_a_post_whose_answer_was_lost_stands_once(slack, desk, how, channel):
    ask = slack.direct if channel == "DADA" else slack.mention
    delivery = desk.delivery(await ask("hello"), channel=channel)
    slack.lose_next_answer(how)
    async with desk.delivering(delivery) as screen:
        screen.show(STOP)
        screen.show(Text("Hel"))
        await slack.until(slack.posts)
        screen.show(Text("Hello"))
    [post] = slack.posts()
    assert post.text == "Hello"
    assert delivery.log.known == {"0": post.id}


@pytest.mark.parametrize("error", ["500", "html", "internal_error"])
async def test_a_post_that_was_refused_by_a_proxy_is_posted_again(slack, desk, error):
    slack.refuse("chat.postMessage", error)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hello"]


async def test_a_lost_top_level_answer_to_a_command_is_found_again(slack, desk):
    slack.lose_next_answer()
    async with desk.delivering(desk.delivery()) as screen:
        screen.show(Text("Hello"))
    assert [(post.text, post.thread) for post in slack.posts()] == [("Hello", "")]


@pytest.mark.parametrize("channel", ["C1", "DADA"])
async def test_after_a_crash_in_a_post_the_answer_goes_on_in_the_same_message(slack, desk, channel):
    ask = slack.direct if channel == "DADA" else slack.mention
    root = await ask("hello")
    before = desk.delivery(root, channel=channel)
    with pytest.raises(asyncio.CancelledError):  # noqa: PT012  the kill comes in the middle
        async with desk.delivering(before) as screen:
            screen.show(STOP)
            screen.show(Text("Hel"))
            await slack.until(slack.posts)
            raise asyncio.CancelledError
    after = desk.delivery(root, channel=channel, log=Log({"0": None}))
    async with desk.delivering(after) as screen:
        screen.show(Text("Hello again"))
    assert texts(slack) == ["Hello again"]


async def test_after_a_crash_before_a_post_the_answer_is_posted(slack, desk):
    delivery = desk.delivery(await asked(slack), log=Log({"0": None}))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hello"]


async def test_the_answer_of_another_is_not_taken_for_a_lost_one(slack, desk):
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        screen.show(Text("one"))
    other = desk.delivery(root, log=Log({"0": None}))
    other.id, other.nonce = "delivery0002", "nonce0000002"
    async with desk.delivering(other) as screen:
        screen.show(Text("two"))
    assert texts(slack) == ["one", "two"]


async def test_made_again_an_answer_replaces_the_old_one_and_what_is_too_much_goes(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    async with desk.delivering(delivery) as screen:
        screen.show(Text("word " * 4000))
    assert len(slack.posts()) == 2
    again = desk.delivery(root, log=delivery.log)
    again.nonce = "nonce0000002"
    async with desk.delivering(again) as screen:
        screen.show(Text("short"))
    assert texts(slack) == ["short"]
    async with desk.delivering(again) as screen:
        screen.show(Text("word " * 4000))
    assert len(slack.posts()) == 2


async def test_a_piece_that_somebody_deleted_is_no_error_when_it_is_too_much(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("word " * 4000))
    slack.refuse("chat.delete", "message_not_found")
    async with desk.delivering(delivery) as screen:
        screen.show(Text("short"))
    assert delivery.log.known.keys() == {"0"}


async def test_an_answer_that_somebody_deleted_is_not_posted_again(slack, desk):
    delivery = desk.delivery(await asked(slack))
    with pytest.raises(Undeliverable, match="message_not_found"):  # noqa: PT012  in the middle
        async with desk.delivering(delivery) as screen:
            screen.show(Text("Hel"))
            await slack.until(slack.posts)
            slack.api.messages.pop()
            screen.show(Text("Hello"))
    assert not slack.posts()


async def test_an_answer_takes_no_more_calls_than_its_time_allows(slack, desk):
    """P6: at most duration / interval + 2, and each carries the text once."""
    desk.pace(0.05)
    begun = time.monotonic()
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        for _ in range(100):
            screen.show(Delta("word "))
            await asyncio.sleep(0.003)
    assert slack.calls() <= (time.monotonic() - begun) / 0.05 + 2


async def test_an_answer_that_is_made_again_stands_until_new_words_come(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    async with desk.delivering(delivery) as screen:
        screen.show(Text("old"))
    async with desk.delivering(delivery) as screen:
        screen.show(Notice("Your budget is spent."))
    assert texts(slack) == ["old", "Your budget is spent."]


@pytest.mark.parametrize(
    "error", ["channel_not_found", "not_in_channel", "is_archived", "token_revoked"]
)
async def test_what_can_never_be_delivered_says_why(slack, desk, error):
    slack.refuse("chat.postMessage", error)
    with pytest.raises(Undeliverable) as refused:
        async with desk.delivering(desk.delivery()) as screen:
            screen.show(Text("Hello"))
    assert refused.value.sentence.endswith(".")
    assert error not in refused.value.sentence


async def test_whoever_uses_a_command_where_parley_is_not_hears_it_privately(slack, desk):
    slack.refuse("chat.postMessage", "not_in_channel")
    envelope = await slack.slash("usage")
    delivery = desk.delivery(address=envelope.payload["response_url"])
    with pytest.raises(Undeliverable):
        async with desk.delivering(delivery) as screen:
            screen.show(Text("Hello"))
    [post] = slack.posts()
    assert (post.text, post.private_to) == (
        "Parley is not in this channel. Invite it with /invite.",
        "ada",
    )


async def test_a_limited_write_waits_as_long_as_it_is_told(slack, desk):
    slack.limit_next(0.05)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hello"]
    assert slack.requests["chat.postMessage"] == 2


async def test_two_posts_in_a_second_in_one_channel_both_stand(slack, desk):
    slack.api.limits = True  # as Slack: one a second
    roots = [await asked(slack), await asked(slack)]
    async with asyncio.timeout(10), desk.delivering(desk.delivery(roots[0])) as first:
        first.show(Text("one"))
        async with desk.delivering(desk.delivery(roots[1])) as second:
            second.show(Text("two"))
    assert sorted(texts(slack)) == ["one", "two"]


async def test_a_post_is_limited_in_its_channel_only(slack, desk):
    """R9, P7: one slow channel slows no other."""
    slack.api.channels.add("C2")
    one, two = await asked(slack), slack.api.store("C2", "UADA", text="hi")["ts"]
    slack.limit_next(0.5)
    async with desk.delivering(desk.delivery(one)) as first:
        first.show(Text("late"))
        await slack.until(lambda: slack.requests["chat.postMessage"] == 1)
        async with desk.delivering(desk.delivery(two, channel="C2")) as second:
            second.show(Text("early"))
    assert texts(slack) == ["early", "late"]
