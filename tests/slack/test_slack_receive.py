"""What Slack sends, as Events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import escapes, receive
from bot.commands import button_id
from bot.errors import Refused
from bot.events import Author, Invocation, Message, Place, Stop
from bot.parts import Button
from tests.slack.conftest import COMMANDS

BOT = "UPARLEY"


def said(**fields):
    event = {"type": "message", "channel": "C1", "ts": "1.1", "user": "U1", "text": "hi"}
    body = {"type": "event_callback", "team_id": "T1", "event": event | fields}
    return receive.event(body, COMMANDS, BOT)


def slash(command, text=""):
    body = {
        "command": command, "text": text, "team_id": "T1", "channel_id": "C1", "user_id": "U1",
        "user_name": "ada", "trigger_id": "t1", "response_url": "http://x/respond",
    }  # fmt: skip
    return receive.event(body, COMMANDS, BOT)


def pressed(button):
    body = {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "username": "ada"},
        "container": {"message_ts": "2.1", "channel_id": "C1", "thread_ts": "1.1"},
        "actions": [{"action_ts": "3.1", "action_id": button, "value": button}],
        "response_url": "http://x/respond",
    }  # fmt: skip
    return receive.event(body, COMMANDS, BOT)


def test_a_mention_is_the_same_event_by_both_ways_it_comes():
    text = f"<@{BOT}> what is &lt;b&gt;?"
    first = said(text=text, channel_type="channel")
    assert first == said(text=text, type="app_mention")
    assert first == Message(
        id="slack:T1:C1:1.1",
        place=Place("slack", "T1", "C1", "1.1"),
        author=Author("slack:T1:U1"),
        at=1.1,
        text="what is <b>?",
        source="1.1",
        addressed=True,
    )


def test_what_is_said_in_a_channel_is_not_addressed():
    assert not said(channel_type="channel").addressed
    assert not said(text="<@UOTHER> hi").addressed


def test_a_direct_message_is_addressed_and_has_its_own_thread():
    message = said(channel="D1", channel_type="im")
    assert message.addressed
    assert message.place.thread == "1.1"


def test_a_reply_belongs_to_the_thread_of_its_root():
    assert said(ts="2.1", thread_ts="1.1").place.thread == "1.1"


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"ts": "soon"},
    ],
)
def test_what_no_person_said_is_no_event(fields):
    assert said(**fields) is None


def test_the_text_beside_a_file_counts():
    assert said(subtype="file_share", files=[{"id": "F1"}]).text == "hi"


@pytest.mark.parametrize(
    ("slacks", "plain"),
    [
        ("a &lt; b &amp;amp; c", "a < b &amp; c"),
        ("see <https://x.org|the docs>", "see the docs (https://x.org)"),
        ("see <http://x.org|x.org>", "see http://x.org"),
        ("<mailto:a@x.org|a@x.org>", "a@x.org"),
        ("<@U2> and <@U3|bob> in <#C2|general>", "@U2 and @bob in #general"),
        ("<!here> <!subteam^S1|@ops> <!date^1^{date}|today>", "@here @ops today"),
    ],
)
def test_slacks_marks_become_plain_text(slacks, plain):
    assert escapes.plain(slacks) == plain


def test_only_the_mention_of_parley_is_taken_out():
    assert said(text=f"hello <@{BOT}>, ask <@U2>").text == "hello ask @U2"


@pytest.mark.parametrize(
    ("command", "text"),
    [("/usage", "me"), ("/parley-usage", "me"), ("/parley", "usage me"), ("/parley", "USAGE me")],
)
def test_a_command_is_known_by_all_its_names(command, text):
    invocation = slash(command, text)
    assert (invocation.command, invocation.values) == ("usage", {"who": "me"})
    assert invocation.place == Place("slack", "T1", "C1", "")
    assert invocation.id == "slack:T1:t1"
    assert invocation.address == "http://x/respond"


def test_parley_alone_means_help():
    assert slash("/parley").command == "help"


@pytest.mark.parametrize("command", ["/usag", "/regenerate", "/parley-"])
def test_a_command_that_is_none_is_refused_with_a_sentence(command):
    with pytest.raises(Refused):
        slash(command)


def test_a_button_is_an_invocation_on_its_delivery():
    event = pressed(button_id(Button("Regenerate", "regenerate"), "delivery0001"))
    assert isinstance(event, Invocation)
    assert (event.command, event.of, event.by) == ("regenerate", "delivery0001", "button")
    assert event.place == Place("slack", "T1", "C1", "1.1")
    assert event.source == "2.1"


def test_the_stop_button_is_a_control():
    event = pressed(button_id(Button("Stop", "stop"), "delivery0001"))
    assert isinstance(event, Stop)
    assert event.delivery == "delivery0001"


def test_somebody_elses_button_is_no_event():
    assert pressed("approve") is None


json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(json)
def test_no_payload_breaks_the_door(body):
    assert receive.event(body, COMMANDS, BOT) is None


@given(st.dictionaries(st.sampled_from(["user", "ts", "text", "thread_ts", "subtype"]), json))
def test_no_event_breaks_the_door(fields):
    event = said(**fields)
    assert event is None or event.at >= 0


@given(st.text(alphabet=st.characters() | st.sampled_from("<>|!@#^&;\ud800\0")))
def test_every_text_can_be_read_and_kept(text):
    message = said(text=text)
    message.text.encode()
    assert "\0" not in message.text


@given(st.text(alphabet="<>|!@#^U1channel "), st.text(alphabet="<>|!@#^U1channel "))
def test_a_text_that_grows_keeps_what_was_shown_and_mentions_nobody(before, more):
    shown = escapes.harmless(before + more)
    assert shown.startswith(escapes.harmless(before))
    assert not escapes.mentions(shown, "U1")
    assert "<!channel>" not in shown
