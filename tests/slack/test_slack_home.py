"""Parley's own page in Slack, and what Slack suggests to ask."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import home
from adapters.slack.mrkdwn import mrkdwn
from adapters.slack.payloads import HomeOpened
from adapters.slack.prompts import PROMPTS
from adapters.slack.said import Here
from bot.commands import Commands
from bot.errors import Undeliverable
from bot.events import Place
from bot.parts import Notice, Text
from bot.screen import Screen
from tests.fakes.slack_views import checked
from tests.slack.conftest import COMMANDS

HERE = Here("T1", "UPARLEY")


@pytest.fixture(autouse=True)
def patient(slack):
    """Slack waits for an acknowledgement, however slow the machine is."""
    slack.socket.patience = 30.0


async def done(envelope):
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()


def visit(at="1782770450.000100", **changed):
    opened = {"user": "U1", "channel": "D1", "tab": "home", "event_ts": at} | changed
    return home.visit(HomeOpened("app_home_opened", **opened), HERE)


def shown(slack, user="UADA"):
    return [block["text"]["text"] for block in slack.views.published[user]["blocks"]]


async def delivered(adapter, desk, *parts):
    screen = Screen()
    for part in parts:
        screen.show(part)
    screen.finish()
    await adapter.deliver(desk.delivery(channel="DADA", private=True, address=home.PAGE), screen)


async def test_a_visit_is_an_event(slack, running, inbox):
    await slack.open_home(by="bob")
    (event,) = await inbox.first()
    assert (event.command, event.by) == ("home", "home")
    assert event.author.id == "slack:T1:UBOB"
    assert event.place == Place("slack", "T1", "DBOB")


def test_who_comes_again_within_a_minute_finds_the_page_as_it_was():
    assert visit("1782770450.000100").id == visit("1782770459.000100").id
    assert visit("1782770450.000100").id != visit("1782770519.000100").id
    assert visit().id != visit(user="U2").id


def test_the_time_of_a_visit_comes_with_and_without_its_point():
    assert visit("1515449522000016").at == visit("1515449522.000016").at == 1515449522.0


async def test_the_page_shows_the_whole_answer(slack, adapter, desk):
    text = "**Ask Parley**: mention it & <wait>.\n\n- `/usage`: *what* you used"
    await delivered(adapter, desk, Text(text), Text("**Today**: nothing used.", key="usage"))
    assert "".join(shown(slack)) == (
        "*Ask Parley*: mention it &amp; &lt;wait&gt;.\n\n• `/usage`: _what_ you used\n\n"
        "*Today*: nothing used."
    )
    assert not slack.posts()


async def test_the_page_shows_why_there_is_no_answer(slack, adapter, desk):
    await delivered(adapter, desk, Notice("You ask too often. Wait a minute."))
    assert shown(slack) == ["You ask too often. Wait a minute."]


async def test_a_long_page_is_cut_into_sections(slack, adapter, desk):
    await delivered(adapter, desk, Text("\n".join(f"- word{n} & more" for n in range(1_000))))
    assert len(shown(slack)) > 3
    assert "word999" in shown(slack)[-1]


async def test_a_page_that_is_not_enabled_is_given_up(slack, adapter, desk):
    slack.refuse("views.publish", "not_enabled")
    with pytest.raises(Undeliverable):
        await delivered(adapter, desk, Text("Hello"))


async def test_who_opens_a_conversation_is_told_what_to_ask(slack, running, inbox):
    await done(await slack.open_home("messages"))
    assert [p["title"] for p in slack.views.prompts["DADA"]] == [title for title, _ in PROMPTS]
    assert not inbox.events


@pytest.mark.parametrize("error", ["missing_scope", "internal_error", "channel_not_found", "429"])
async def test_where_nothing_can_be_suggested_slack_hears_that_it_came(
    slack, running, error, monkeypatch
):
    monkeypatch.setattr(home, "PATIENCE", 0.05)
    slack.refuse("assistant.threads.setSuggestedPrompts", *[error] * 3)
    await done(await slack.open_home("messages"))


def test_what_is_suggested_fits_slack_and_means_something():
    assert len(PROMPTS) <= 4
    commands = Commands(COMMANDS.values())
    assert [message for _, message in PROMPTS if message.split()[0] in commands]


@pytest.mark.parametrize(
    ("markdown", "slacks"),
    [
        (
            "**bold**, *slanted*, ~~gone~~ and `**code**`",
            "*bold*, _slanted_, ~gone~ and `**code**`",
        ),
        ("# A title #\ntext", "*A title*\ntext"),
        ("## A **bold** title", "*A bold title*"),
        ("- one\n  * two\n1. three", "• one\n  • two\n1. three"),
        ("[the docs](https://x.org/a_b)", "<https://x.org/a_b|the docs>"),
        ("2 * 3 * 4, a_b_c, **", "2 * 3 * 4, a_b_c, **"),
        ("```\n- **x** <y>\n```", "```\n- **x** &lt;y&gt;\n```"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
    ],
)
def test_markdown_becomes_slacks_older_marks(markdown, slacks):
    assert mrkdwn(markdown) == slacks


@given(st.text(st.characters() | st.sampled_from("<>@!#|*_~`[]()-\n\0:/htps")))
def test_no_text_breaks_the_page_or_mentions_anybody(text):
    page = checked(home.page(text))
    shown = "".join(block["text"]["text"] for block in page["blocks"])
    assert not any(mark in shown for mark in ("<!", "<@", "<#"))
