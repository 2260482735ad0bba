"""Cards, tables and buttons as Slack takes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import blocks, cards
from adapters.slack.escapes import harmless
from bot.parts import Button, Buttons, Card, Text
from tests.fakes.slack_blocks import tables, wrong
from tests.slack.helpers import STOP, asked, texts

ID = "[A-Za-z0-9]+"
MENTION = re.compile(rf"<(!(channel|here|everyone|subteam\^{ID})|[@#]{ID})(\|[^>]*)?>")
FEEDBACK = Buttons((Button("Regenerate", "regenerate"),), feedback=True)
mentions = st.sampled_from(["<!channel>", "<@UADA>", "<#C1|general>", "<!subteam^S1|@all>", "<@"])
wild = st.lists(mentions | st.text(max_size=40), max_size=20).map("".join)
shown = st.builds(
    Card,
    title=wild,
    markdown=wild,
    fields=st.lists(st.tuples(wild, wild), max_size=10).map(tuple),
    progress=st.none() | st.floats(),
    state=st.sampled_from(["", "running", "done", "failed"]),
)


def said(block):
    """All texts in it."""
    match block:
        case {"type": "plain_text"}:  # no marks are read there
            return []
        case {"text": str(text)}:
            return [text]
        case dict():
            return [text for value in block.values() for text in said(value)]
        case list():
            return [text for value in block for text in said(value)]
    return []


@given(shown)
def test_whatever_a_card_says_slack_takes_it_and_nobody_is_mentioned(card):
    content = cards.card(card)
    assert content.text
    assert not wrong(list(content.blocks))
    assert not any(MENTION.search(text) for text in [content.text, *said(list(content.blocks))])


@given(wild.filter(str.strip))
def test_whatever_a_model_writes_mentions_nobody_in_any_form(text):
    for content in (blocks.written(harmless(text)), blocks.simply(harmless(text))):
        assert not any(MENTION.search(t) for t in [content.text, *said(list(content.blocks))])


def test_a_card_at_a_glance():
    card = Card("A fox", "In **oil**.", (("Size", "1024 x 1024"), ("*Cost*", "")), 0.25, "running")
    content = cards.card(card)
    assert content.text == "A fox\n⏳ ▰▰▰▱▱▱▱▱▱▱▱▱ 25%\nIn **oil**."
    header, state, text, fields = content.blocks
    assert header == {
        "type": "header",
        "text": {"type": "plain_text", "text": "A fox", "emoji": False},
    }
    assert state["elements"][0]["text"] == "⏳ ▰▰▰▱▱▱▱▱▱▱▱▱ 25%"
    assert text == {"type": "markdown", "text": "In **oil**."}
    assert [field["text"] for field in fields["fields"]] == ["*Size*", "1024 x 1024", "*Cost*", "-"]


async def test_a_card_stands_above_the_text_and_changes_in_place(slack, desk):
    root = await asked(slack)
    async with desk.delivering(desk.delivery(root)) as screen:
        screen.show(Card("A fox", progress=0.5, state="running"))
        screen.show(Text("Drawing a fox."))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Card("A fox", progress=1.0, state="done"))
    card, text = slack.posts()
    assert (card.card, text.text) == ("A fox", "Drawing a fox.")
    assert "✅ ▰▰▰▰▰▰▰▰▰▰▰▰ 100%" in str(slack.api.messages[-2]["blocks"])
    assert card.thread == text.thread == root


async def test_without_text_the_buttons_stand_below_the_card(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Card("A fox"))
        screen.show(STOP)
    [post] = slack.posts()
    assert (post.card, post.buttons) == ("A fox", ("Stop",))


async def test_a_card_that_is_made_again_is_the_same_message(slack, desk):
    delivery = desk.delivery(await asked(slack))
    for title in ("A fox", "A hare"):
        async with desk.delivering(delivery) as screen:
            screen.show(Card(title))
    assert [post.card for post in slack.posts()] == ["A hare"]


async def test_a_card_that_is_not_shown_again_is_deleted(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Card("A fox"))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("No fox."))
    assert texts(slack) == ["No fox."]


# Feedback


async def test_slack_asks_for_feedback_with_buttons_of_its_own(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Hello"))
        screen.show(FEEDBACK)
    [post] = slack.posts()
    assert post.buttons == ("Regenerate", "👍", "👎")
    asks = slack.api.messages[-1]["blocks"][-1]
    assert asks["type"] == "context_actions"
    assert asks["elements"][0]["positive_button"]["value"] == "parley:good:delivery0001"
    assert asks["elements"][0]["negative_button"]["value"] == "parley:bad:delivery0001"


async def test_where_slack_has_no_feedback_buttons_two_plain_ones_ask(slack, desk):
    slack.api.feedback = False
    for _ in range(2):
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Text("Hello"))
            screen.show(FEEDBACK)
    assert [post.buttons for post in slack.posts()] == [("Regenerate", "👍", "👎")] * 2
    assert slack.requests["chat.postMessage"] == 3  # it is tried once
    values = [e["value"] for e in slack.api.messages[-1]["blocks"][-1]["elements"]]
    assert values[1:] == ["parley:good:delivery0001", "parley:bad:delivery0001"]


# Tables


def table(rows, cell="x"):
    return "| a | b |\n|---|---|\n" + "".join(f"| {n} | {cell} |\n" for n in range(rows))


async def test_a_table_is_markdown_that_slack_renders(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text(table(3)))
    assert slack.api.messages[-1]["blocks"] == [{"type": "markdown", "text": table(3)}]


@pytest.mark.parametrize("large", [table(250), table(40, "y" * 300)])
async def test_a_table_larger_than_slack_takes_goes_on_under_its_head_in_the_next_message(
    slack, desk, large
):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text(large))
    pieces = texts(slack)
    assert len(pieces) > 1
    assert all(piece.startswith("| a | b |\n|---|---|\n| ") for piece in pieces)
    rows = [row for piece in pieces for found in tables(piece) for row in found[1:]]
    assert rows == tables(large)[0][1:]


async def test_what_slack_never_takes_as_markdown_is_shown_in_its_older_way(slack, desk):
    wide = "|" + " a |" * 30 + "\n|" + "---|" * 30 + "\n"
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text(wide))
    [post] = slack.posts()
    assert post.text.startswith("| a | a |")
    assert slack.api.messages[-1]["blocks"][0]["type"] == "section"
