"""What Slack sends, as Events."""

import time
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import escapes, receive
from adapters.slack.said import Here
from bot.commands import Command, Commands, Option, button_id
from bot.errors import Refused
from bot.events import Attachment, Author, Deleted, Edited, Invocation, Message, Place, Stop
from bot.parts import Button
from tests.slack.conftest import COMMANDS as FEW
from tests.slack.conftest import nothing
from tests.slack.wild import json, spoilt

BOT = "UPARLEY"
HERE = Here("T1", BOT)
COMMANDS = Commands(
    [
        *FEW.values(),
        Command("files list", "What is kept", nothing, (Option("which", "Which"),)),
        Command("ask", "Ask", nothing, (Option("question", "What", required=True),),
                shortcut="Ask Parley"),
        Command("measure", "Measure", nothing, (Option("file", "What", Attachment, required=True),),
                shortcut="Measure"),
    ]
)  # fmt: skip


def happened(**event):
    body = {"type": "event_callback", "team_id": "T1", "event": event}
    return receive.event(body, HERE, COMMANDS)


def said(**fields):
    event = {"type": "message", "channel": "C1", "ts": "1.1", "user": "U1", "text": "hi"}
    return happened(**event | fields)


def slash(command, text=""):
    body = {
        "command": command, "text": text, "team_id": "T1", "channel_id": "C1", "user_id": "U1",
        "user_name": "ada", "trigger_id": "t1", "response_url": "http://x/respond",
    }  # fmt: skip
    return receive.event(body, HERE, COMMANDS)


def press(button, container=None):
    return {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "username": "ada"},
        "container": container or {"message_ts": "2.1", "channel_id": "C1", "thread_ts": "1.1"},
        "actions": [{"action_ts": "3.1", "action_id": button, "value": button}],
        "response_url": "http://x/respond",
    }  # fmt: skip


def pressed(button, container=None):
    return receive.event(press(button, container), HERE, COMMANDS)


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


def changed(before, after, ts="6.0", **fields):
    """A message_changed; both messages by U1 at 1.1 unless they say otherwise."""
    base = {"type": "message", "user": "U1", "ts": "1.1", "text": "hi"}
    edited = {"edited": {"user": "U1", "ts": "5.0"}}
    return happened(
        type="message", subtype="message_changed", channel="C1", ts=ts, hidden=True,
        message=base | edited | after, previous_message=base | before, **fields,
    )  # fmt: skip


def deleted(**previous):
    return happened(
        type="message", subtype="message_deleted", channel="C1", ts="6.0", deleted_ts="1.1",
        previous_message={"type": "message", "user": "U1", "ts": "1.1", "text": "hi"} | previous,
    )  # fmt: skip


CSV = {"id": "F1", "name": "people.csv", "mimetype": "text/csv", "size": 18, "mode": "hosted"}


def test_an_edit_is_another_version_of_the_message():
    event = changed({}, {"text": f"<@{BOT}> what is &lt;b&gt;?"})
    assert event == Edited(
        id="slack:T1:C1:1.1:edited:5.0",
        message="slack:T1:C1:1.1",
        place=Place("slack", "T1", "C1", "1.1"),
        author=Author("slack:T1:U1"),
        at=5.0,
        text="what is <b>?",
        source="1.1",
        addressed=True,
    )


def test_an_edit_stands_where_its_message_does():
    for thread in ({}, {"thread_ts": "1.1"}, {"thread_ts": "0.9"}):
        assert changed({}, {"text": "new"} | thread).place == said(**thread).place
    assert changed({}, {"text": "new"}, channel_type="im").addressed is False


@pytest.mark.parametrize(
    "after",
    [
        {"attachments": [{"from_url": "http://x", "text": "a preview"}]},
        {"edited": None, "text": "as our clients see it"},
        {"files": None},
        {"text": "new", "user": BOT},
        {"text": "new", "bot_id": "B1"},
        {"text": "new", "subtype": "bot_message"},
        {"text": "Chats", "subtype": "assistant_app_thread"},
    ],
)
def test_what_no_person_changed_is_no_edit(after):
    assert changed({}, after) is None


def test_a_file_that_is_taken_away_is_an_edit_and_one_that_is_worked_on_is_none():
    files = {"files": [CSV, {"id": "F2"}]}
    assert changed(files, files | {"edited": None}) is None
    transcribed = {"files": [CSV | {"transcription": {"status": "complete"}}, {"id": "F2"}]}
    assert changed(files, transcribed) is None
    gone = {"files": [CSV, {"id": "F2", "mode": "tombstone"}]}
    event = changed(files, gone)
    assert [attachment.name for attachment in event.attachments] == ["people.csv"]
    assert event.id == "slack:T1:C1:1.1:edited:6.0"  # not that of the edit before it


def test_an_edit_that_slack_sends_again_has_the_same_id():
    once = changed({}, {"text": "new"})
    assert changed({}, {"text": "new"}, ts="7.0").id == once.id


def test_a_deletion_names_its_message():
    assert deleted(thread_ts="0.9") == Deleted(
        id="slack:T1:C1:1.1:deleted",
        message="slack:T1:C1:1.1",
        place=Place("slack", "T1", "C1", "0.9"),
        author=Author("slack:T1:U1"),
        at=6.0,
        source="1.1",
    )


def test_a_root_that_is_deleted_under_its_replies_is_gone():
    grave = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."}
    event = changed({"thread_ts": "1.1"}, grave | {"edited": None, "thread_ts": "1.1"})
    assert event == deleted(thread_ts="1.1")


def test_what_parley_deletes_is_no_event():
    assert deleted(user=BOT) is None
    assert deleted(bot_id="B1") is None
    grave = {"user": "USLACKBOT", "subtype": "tombstone"}
    assert changed({"user": BOT, "bot_id": "B1"}, grave) is None


def test_a_file_is_a_reference():
    (attachment,) = said(
        subtype="file_share", files=[CSV | {"url_private": "http://x"}]
    ).attachments
    assert attachment == Attachment("T1/F1", "people.csv", "text/csv", 18)


def test_a_file_needs_no_words():
    message = said(text="", subtype="file_share", files=[CSV])
    assert (message.text, len(message.attachments)) == ("", 1)


def test_a_mention_that_leaves_its_files_out_waits_for_the_message_that_has_them():
    file = {"type": "rich_text_section", "elements": [{"type": "file", "file_id": "F1"}]}
    blocks = [{"type": "rich_text", "elements": [file]}]
    assert said(type="app_mention", blocks=blocks) is None
    assert said(type="app_mention", blocks=blocks, files=[CSV]).attachments
    assert said(blocks=blocks)


@pytest.mark.parametrize("container", ["webm", "mp4"])
def test_a_voice_clip_is_sound_though_slack_calls_it_a_video(container):
    clip = {"id": "F1", "name": f"audio_message.{container}", "mimetype": f"video/{container}",
            "subtype": "slack_audio", "duration_ms": 2500, "size": 9}  # fmt: skip
    (attachment,) = said(files=[clip]).attachments
    assert attachment.media_type == f"audio/{container}"
    assert (attachment.spoken, attachment.seconds) == (True, 2.5)


def test_a_video_clip_is_a_video():
    clip = {"id": "F1", "name": "x.mp4", "mimetype": "video/mp4", "subtype": "slack_video"}
    (attachment,) = said(files=[clip]).attachments
    assert (attachment.media_type, attachment.spoken) == ("video/mp4", False)


def test_a_file_of_another_company_is_known_by_its_id_alone():
    (attachment,) = said(files=[{"id": "F1", "file_access": "check_file_info"}]).attachments
    assert attachment == Attachment("T1/F1", "F1")


def test_a_file_that_nobody_understands_does_not_lose_the_words():
    message = said(files=[None, {"id": 7}, {"id": "F1", "size": "big"}, CSV])
    assert (message.text, [a.name for a in message.attachments]) == ("hi", ["people.csv"])


def test_what_was_forwarded_belongs_to_the_words():
    forwarded = {"text": "Lunch at <#C2|kitchen>", "is_share": True}
    assert said(text="when?", attachments=[forwarded]).text == "when?\n\nLunch at #kitchen"
    preview = {"text": "A page", "from_url": "http://x"}
    assert said(text="<http://x>", attachments=[preview]).text == "http://x"


def test_the_command_of_a_group_is_known_by_all_its_names():
    for name, text in (("/files", "list old"), ("/parley", "files list old")):
        invocation = slash(name, text)
        assert (invocation.command, invocation.values) == ("files list", {"which": "old"})


@pytest.mark.parametrize(
    "name", ["/usage", "/ai-usage", "/parley-usage", "/parley usage", "/ai-parley usage"]
)
def test_commands_may_have_a_prefix(name):
    command, _, rest = name.partition(" ")
    body = {"command": command, "text": f"{rest} me".strip(), "channel_id": "C1",
            "user_id": "U1", "trigger_id": "t1"}  # fmt: skip
    event = receive.event(body, HERE, COMMANDS, "ai-")
    assert (event.command, event.values) == ("usage", {"who": "me"})


def test_a_command_may_lack_what_it_needs():
    assert slash("/ask").values == {}


def test_a_press_on_the_top_level_is_in_the_thread_that_the_answer_began():
    top = {"message_ts": "2.1", "channel_id": "C1"}
    assert pressed("parley:regenerate:d1", top).place.thread == "2.1"
    assert pressed("parley:regenerate:d1", top | {"is_ephemeral": True}).place.thread == ""


def test_a_choice_is_pressed_like_a_button():
    body = press("x") | {"actions": [
        {"action_ts": "3.1", "action_id": "menu",
         "selected_option": {"value": "parley:regenerate:d1"}}
    ]}  # fmt: skip
    assert receive.event(body, HERE, COMMANDS).command == "regenerate"


@pytest.mark.parametrize("name", ["good", "bad"])
def test_what_people_think_is_an_invocation_on_the_answer(name):
    value = button_id(Button("x", name), "delivery0001")
    action = {"type": "feedback_buttons", "action_ts": "3.1", "action_id": "feedback",
              "value": value, "text": {"type": "plain_text", "text": "👍"}}  # fmt: skip
    event = receive.event(press("x") | {"actions": [action]}, HERE, COMMANDS)
    assert (event.command, event.of) == (name, "delivery0001")


def shortcut(name, message):
    return receive.event({
        "type": "message_action", "callback_id": name, "trigger_id": "t1",
        "user": {"id": "U2", "name": "bob"}, "channel": {"id": "C1"},
        "message": {"type": "message", "ts": "2.1", "user": "U1"} | message,
        "response_url": "http://x/respond",
    }, HERE, COMMANDS)  # fmt: skip


def test_a_shortcut_is_used_on_a_message_in_its_thread():
    event = shortcut("ask", {"text": "Lunch &amp; tea", "thread_ts": "1.1", "files": [CSV]})
    assert event == Invocation(
        id="slack:T1:t1", place=Place("slack", "T1", "C1", "1.1"), at=event.at,
        author=Author("slack:T1:U2", "bob"), command="ask", by="shortcut", source="2.1",
        address="http://x/respond",
        on=Message(
            id="slack:T1:C1:2.1", place=Place("slack", "T1", "C1", "1.1"), at=2.1,
            author=Author("slack:T1:U1"), text="Lunch & tea", source="2.1",
            attachments=(Attachment("T1/F1", "people.csv", "text/csv", 18),),
        ),
    )  # fmt: skip


def test_a_shortcut_takes_the_file_of_its_message():
    event = shortcut("measure", {"files": [CSV]})
    assert event.values == {"file": event.on.attachments[0]}


def test_a_shortcut_on_what_a_bot_says_in_its_own_frame_has_its_words():
    alert = {
        "user": "",
        "bot_id": "B1",
        "subtype": "bot_message",
        "username": "CI",
        "text": "",
        "attachments": [{"fallback": "Build 7 failed", "text": "Build <http://x|7> failed"}],
    }
    event = shortcut("ask", alert)
    assert (event.on.text, event.on.author.name) == ("Build 7 (http://x) failed", "CI")


def test_slacks_own_stop_button_stops_what_is_answered_in_its_thread():
    event = happened(type="agent_session_stopped", channel="C1", thread_ts="1.1", user="U1",
                     event_ts="3.1", streaming_message_ts=["2.1"])  # fmt: skip
    assert event == Stop(
        id="slack:T1:C1:1.1:stopped:3.1", place=Place("slack", "T1", "C1", "1.1"), at=3.1,
        author=Author("slack:T1:U1"),
    )  # fmt: skip


def test_our_own_edits_are_dropped_in_microseconds():
    words = "word " * 2_000
    ours = {"user": BOT, "bot_id": "B1", "text": words, "blocks": [{"type": "markdown"}] * 40}
    began = time.process_time()
    for _ in range(1_000):
        assert changed(ours, ours | {"text": words + "more"}) is None
    assert time.process_time() - began < 0.3  # that is 300 µs each, on a slow day


@given(json)
def test_no_payload_breaks_the_door(body):
    assert receive.event(body, HERE, COMMANDS) is None


MESSAGE = {"type": "message", "channel": "C1", "ts": "1.1", "user": "U1", "text": f"<@{BOT}> hi",
           "thread_ts": "1.0", "subtype": "file_share", "files": [CSV], "edited": {"ts": "5.0"},
           "attachments": [{"text": "x", "is_share": True}],
           "blocks": [{"type": "rich_text", "elements": [{"type": "text"}]}]}  # fmt: skip
PAYLOADS = [
    press("parley:stop:d1"),
    *(
        {"type": "event_callback", "event": event}
        for event in (
            MESSAGE,
            MESSAGE | {"type": "app_mention"},
            {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "6.0",
             "message": MESSAGE | {"text": "new"}, "previous_message": MESSAGE},
            {"type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "6.0",
             "deleted_ts": "1.1", "previous_message": MESSAGE},
            {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home",
             "event_ts": "1515449522000016"},
            {"type": "agent_session_stopped", "channel": "C1", "thread_ts": "1.1", "user": "U1",
             "event_ts": "3.1"},
        )
    ),
    {"type": "message_action", "callback_id": "ask", "trigger_id": "t1", "message": MESSAGE,
     "user": {"id": "U2", "name": "bob"}, "channel": {"id": "C1"}, "response_url": "http://x"},
    {"command": "/usage", "text": "me", "channel_id": "C1", "user_id": "U1", "trigger_id": "t1"},
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_as_slack_sends_it_is_an_event(payload):
    assert receive.event(payload, HERE, COMMANDS)


@settings(max_examples=300)
@given(spoilt(PAYLOADS))
def test_no_payload_that_is_not_as_slack_sends_it_breaks_the_door(payload):
    with suppress(Refused):
        event = receive.event(payload, HERE, COMMANDS)
        assert event is None or msgspec.json.encode(event)


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


def test_what_is_said_by_slash_me_is_said_by_a_person():
    message = said(subtype="me_message", text="leaves")
    assert (message.text, message.author.id) == ("leaves", "slack:T1:U1")
