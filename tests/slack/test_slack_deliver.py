"""Screens on a Slack on loopback: what people read, and that it stands once."""

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.markup import clean
from adapters.slack import retries, web
from bot.errors import Undeliverable
from bot.parts import Delta, Notice, Text, Withdraw
from tests.fakes.slack import FakeSlack
from tests.slack.conftest import Desk, Log
from tests.slack.helpers import AGAIN, STOP, asked, texts

JOINER = "\N{WORD JOINER}"  # with which a mention is broken
# No fences and tables, as their pieces say something again.
pieces = st.sampled_from(
    ["word ", "\n\n", "- item\n", "<@U1>", "**bold**", "é", "👩‍👩‍👧"]
) | st.text(st.characters(exclude_characters="`~|"))
prose = st.builds(lambda some, times: "".join(some) * times, st.lists(pieces), st.integers(1, 400))


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


async def test_an_answer_that_somebody_deleted_is_not_posted_again_and_ends_quietly(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Hel"))
        await slack.until(slack.posts)
        slack.api.messages.pop()
        screen.show(Text("Hello"))
    assert not slack.posts()
    assert not delivery.log.known


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
async def test_an_answer_that_may_not_be_edited_any_more_is_posted_anew(slack, desk, error):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Hel"))
        await slack.until(slack.posts)
        slack.refuse("chat.update", error)
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hel", "Hello"]
    assert delivery.log.known == {"0": slack.posts()[1].id}


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


async def test_the_answer_to_a_command_on_the_top_level_begins_a_thread(slack, desk):
    delivery = desk.delivery()
    async with desk.delivering(delivery) as screen:
        screen.show(Text("word " * 4000))
        screen.show(Notice("A notice."))
    notice, first, second = slack.posts()
    assert (first.thread, second.thread) == ("", first.id)
    assert delivery.place.thread == first.id
    again = desk.delivery(log=delivery.log)  # after a restart: only the log knows
    async with desk.delivering(again) as screen:
        screen.show(Text("word " * 6000))
    assert again.place.thread == first.id
    assert [post.thread for post in slack.posts() if not post.private_to] == [
        "", first.id, first.id,
    ]  # fmt: skip
    assert notice.private_to == "ada"


async def test_a_withdrawn_answer_leaves_nothing(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("word " * 4000))
        await slack.until(slack.posts)
        screen.show(Withdraw())
    assert not slack.posts()
    assert not delivery.log.known


async def test_where_nothing_can_be_deleted_a_withdrawn_answer_loses_its_words(slack, desk):
    slack.refuse("chat.delete", "compliance_exports_prevent_deletion")
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("a secret"))
    async with desk.delivering(delivery) as screen:
        screen.show(Withdraw())
    assert texts(slack) == ["_Deleted._"]
    assert "secret" not in str(slack.api.messages[-1])


async def test_a_withdrawn_answer_whose_post_was_lost_leaves_nothing(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Hello"))
    delivery.log.known["0"] = None
    async with desk.delivering(delivery) as screen:
        screen.show(Withdraw())
    assert not slack.posts()


async def test_slacks_word_for_too_often_is_waited_out_without_its_status_too(
    slack, desk, monkeypatch
):
    """Not only as a 429."""
    monkeypatch.setattr(retries, "_WITHOUT_HEADER", 0.01)
    slack.refuse("chat.postMessage", "ratelimited")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
    assert texts(slack) == ["Hello"]
    assert slack.requests["chat.postMessage"] == 2


async def test_a_missing_scope_is_named(slack, desk):
    slack.refuse("chat.postMessage", "missing_scope chat:write")
    with pytest.raises(Undeliverable) as refused:
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Text("Hello"))
    assert "the Slack scope chat:write" in refused.value.sentence


async def test_a_list_that_is_cut_goes_on_with_a_whole_item(slack, desk):
    items = "".join(f"{n}. An item\n   of two lines\n" for n in range(1, 600))
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text(items))
    assert len(texts(slack)) > 1
    assert "".join(texts(slack)) == items
    assert all(re.match(r"\d+\. An item", text) for text in texts(slack))


@given(prose.filter(lambda text: text.strip() and clean(text).strip()))
@settings(max_examples=20, deadline=None)
async def test_the_text_that_stands_is_the_one_that_was_written(text):
    async with FakeSlack() as slack:
        desk = Desk(slack)
        session = web.open_session(desk.web)
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Text(text))
        await session.close()
        stands = "".join(texts(slack)).replace(JOINER, "")
    assert "".join(stands.split()) == "".join(clean(text).replace(JOINER, "").split())
