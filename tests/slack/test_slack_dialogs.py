"""Forms as people go through them, with a Slack on loopback."""

import asyncio

import pytest
from hypothesis import given, settings

from adapters.slack import dialogs
from adapters.slack.intake import Intake
from adapters.slack.said import Here
from bot.commands import Choice, Command, Commands, Option
from bot.events import Attachment, Place
from tests.contract.world import Upload
from tests.fakes.slack_views import inputs
from tests.slack.conftest import nothing
from tests.slack.wild import spoilt

CSV = Upload("people.csv", b"name,born\nAda,1815\n", "text/csv")


async def animals(typing):
    return ()


COMMANDS = Commands(
    [
        Command(
            "draw", "Draw something", nothing,
            (Option("prompt", "What to see", required=True, long=True),
             Option("size", "How large", choices=("small", "large")),
             Option("number", "How many", int, minimum=1, maximum=4),
             Option("animal", "Which", suggest=animals)),
        ),
        Command("zoo show", "Show an animal", nothing,
                (Option("animal", "Which", required=True, suggest=animals),)),
        Command("ask", "Ask about a message", nothing,
                (Option("question", "What", required=True),), shortcut="Ask Parley"),
        Command("measure", "Measure a file", nothing,
                (Option("file", "What", Attachment, required=True),
                 Option("unit", "In what", required=True)), shortcut="Measure"),
        Command("listen", "What it holds", nothing, shortcut="Listen"),
        Command("edit", "Change a picture", nothing,
                (Option("words", "How", required=True), Option("mask", "Where", Attachment)),
                button=True),
    ]
)  # fmt: skip


class Suggestions:
    """ports.Suggest, as it was asked."""

    def __init__(self):
        self.asked = []
        self.found = [Choice("A fox", "fox")]
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, typing):
        self.asked.append(typing)
        await self.gate.wait()
        return self.found


@pytest.fixture
def suggest():
    return Suggestions()


@pytest.fixture
async def people(slack, adapter, inbox, suggest, monkeypatch):
    """Slack, with Parley listening. Both have time."""
    slack.socket.patience = 30.0
    monkeypatch.setattr(dialogs, "PATIENCE", 30.0)
    slack.shortcuts = {command.shortcut: command.name for command in COMMANDS.shortcuts}
    task = asyncio.create_task(adapter.run(inbox.accept, suggest, COMMANDS))
    async with asyncio.timeout(10):
        await slack.socket.opened.wait()
    yield slack
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def done(envelope):
    async with asyncio.timeout(10):
        await envelope.acknowledged.wait()
    return envelope.answer


async def test_a_command_that_needs_more_opens_a_form_and_is_no_event_yet(people, inbox):
    assert await done(await people.slash("draw", "size:large")) is None
    assert list(inputs(people.form)) == ["prompt", "size", "number", "animal"]
    size = inputs(people.form)["size"]["element"]
    assert size["initial_option"]["value"] == "large"
    assert not inbox.events


async def test_a_command_that_needs_nothing_more_opens_none(people, inbox):
    await people.slash("draw", "a fox size:large")
    (event,) = await inbox.first()
    assert (event.values, event.by) == ({"prompt": "a fox", "size": "large"}, "slash")
    assert people.form is None


async def test_the_command_of_a_group_opens_its_form(people):
    await done(await people.slash("zoo", "show"))
    assert people.form["title"]["text"] == "/zoo show"


async def test_a_form_that_was_filled_in_is_the_command(people, inbox):
    slash = await people.slash("draw", by="bob")
    await done(slash)
    filled = await people.fill(prompt="a fox\nin snow", number="2", animal="fox", by="bob")
    assert await done(filled) is None
    (event,) = await inbox.first()
    assert event.values == {"prompt": "a fox\nin snow", "number": 2, "animal": "fox"}
    assert (event.command, event.by) == ("draw", "form")
    assert (event.author.id, event.author.name) == ("slack:T1:UBOB", "bob")
    assert event.place == Place("slack", "T1", "C1")
    assert event.address == slash.payload["response_url"]
    assert people.form is None


async def test_what_is_wrong_is_said_in_the_form_which_stays_open(people, inbox):
    await done(await people.slash("draw"))
    await done(await people.fill(prompt="a fox", number="9"))
    assert people.errors == {"number": "number is at most 4; you gave 9."}
    assert people.form
    assert not inbox.events
    await done(await people.fill(prompt="a fox", number="4"))
    assert (await inbox.first())[0].values == {"prompt": "a fox", "number": 4}
    assert people.form is None


async def test_a_form_is_sent_once_however_often_its_button_is_pressed(people, inbox):
    await done(await people.slash("draw"))
    await people.fill(prompt="a fox")
    assert await done(await people.fill(prompt="a fox")) is None
    await people.redeliver()
    await inbox.arrived(3)
    assert len(inbox.events) == 1


async def test_a_form_that_cannot_be_written_down_says_so_and_can_be_sent_again(people, inbox):
    await done(await people.slash("draw"))
    inbox.broken = 1
    await done(await people.fill(prompt="a fox"))
    assert people.errors == {"prompt": "Parley's database is full. Try again later."}
    await done(await people.fill(prompt="a fox"))
    assert await inbox.first()


async def test_a_form_is_acknowledged_only_when_it_is_written_down(people, inbox):
    await done(await people.slash("draw"))
    inbox.gate.clear()
    filled = await people.fill(prompt="a fox")
    await done(await people.slash("draw"))
    assert not filled.acknowledged.is_set()
    inbox.gate.set()
    await done(filled)


async def test_a_form_takes_a_file(people, inbox):
    await done(await people.slash("measure", "unit:bytes"))
    await people.fill(file=people.upload(CSV))
    (event,) = await inbox.first()
    assert event.values["file"] == Attachment("T1/F1", "people.csv", "text/csv", 19)


@pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id", "html", "500"])
async def test_where_no_form_opens_it_is_said_how_to_type_the_command(
    people, inbox, error, monkeypatch
):
    monkeypatch.setattr(dialogs, "PATIENCE", 0.05)  # for what would be tried again
    people.refuse("views.open", error, error, error)
    answer = await done(await people.slash("draw", "size:large"))
    assert answer == {
        "response_type": "ephemeral",
        "text": "Slack did not open the form. Try again, or write `@Parley draw prompt:…` "
        "in a message.",
    }
    assert people.form is None
    assert not inbox.events


async def test_a_form_that_comes_too_late_for_slack_is_none(people, monkeypatch):
    monkeypatch.setattr(dialogs, "PATIENCE", 0.01)
    people.delay(0.05)
    answer = await done(await people.slash("draw"))
    assert "did not open the form" in answer["text"]


async def test_a_trigger_that_slack_lets_expire_is_told(people):
    people.views.lasts = -1.0
    assert "`@Parley draw prompt:…`" in (await done(await people.slash("draw")))["text"]


# Suggestions


async def test_what_may_be_meant_is_offered_while_somebody_types(people, suggest):
    await done(await people.slash("draw"))
    answer = await done(await people.type_in("animal", "fo", by="bob"))
    assert [(o["text"]["text"], o["value"]) for o in answer["options"]] == [("A fox", "fox")]
    (typing,) = suggest.asked
    assert (typing.command, typing.option, typing.text) == ("draw", "animal", "fo")
    assert typing.author.id == "slack:T1:UBOB"
    assert typing.place == Place("slack", "T1", "C1")


async def test_suggestions_that_take_too_long_are_left_out(people, suggest, monkeypatch):
    await done(await people.slash("draw"))
    monkeypatch.setattr(dialogs, "PATIENCE", 0.01)
    suggest.gate.clear()
    assert await done(await people.type_in("animal", "")) == {"options": []}


# Messages' own menus


async def test_a_shortcut_that_needs_nothing_more_is_done_at_once(people, inbox):
    root = await people.say("Lunch?", by="ada")
    await done(await people.shortcut("Listen", on=root, by="bob"))
    (_, event) = await inbox.first(2)
    assert (event.command, event.by, event.on.text) == ("listen", "shortcut", "Lunch?")
    assert event.place == Place("slack", "T1", "C1", root)


async def test_a_shortcut_that_needs_more_opens_a_form_about_its_message(people, inbox):
    root = await people.say("Lunch?", people.upload(CSV), by="ada")
    reply = await people.say("At ten.", by="ada", thread=root)
    await done(await people.shortcut("Ask Parley", on=reply, by="bob"))
    assert people.form["blocks"][1]["elements"][0]["text"] == "About: “At ten.”"
    await people.fill(question="When?", by="bob")
    event = (await inbox.first(3))[-1]
    assert (event.by, event.values) == ("form", {"question": "When?"})
    assert event.place == Place("slack", "T1", "C1", root)
    assert event.source == reply
    assert event.on == (await inbox.first(2))[1]  # as it was when it was said


async def test_a_form_is_about_the_message_as_it_stands_when_it_is_sent(people, inbox):
    root = await people.say("Lunch at ten.")
    await done(await people.shortcut("Ask Parley", on=root))
    await people.edit(root, "Lunch at two. " * 500)
    await people.fill(question="When?")
    event = (await inbox.first(3))[-1]
    assert event.on.text.startswith("Lunch at two.")


async def test_a_message_that_is_gone_is_told_in_the_form(people):
    root = await people.say("Lunch?")
    await done(await people.shortcut("Ask Parley", on=root))
    await people.delete(root)
    await done(await people.fill(question="When?"))
    assert people.errors == {"question": "The message to answer is gone."}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("not_in_channel", "Parley is not in this channel. Invite it with /invite."),
        ("missing_scope channels:history", "Parley lacks the Slack scope channels:history."),
        (
            "access_denied",
            "Parley cannot read the message that this is about: Slack says access_denied.",
        ),
    ],
)
async def test_a_message_that_may_not_be_read_is_told_in_the_form(people, inbox, error, sentence):
    root = await people.say("Lunch?")
    await done(await people.shortcut("Ask Parley", on=root))
    people.refuse("conversations.replies", error)
    await done(await people.fill(question="When?"))
    assert people.errors["question"].startswith(sentence)
    await done(await people.fill(question="When?"))
    assert len(await inbox.first(2)) == 2


async def test_the_file_of_a_message_is_what_the_command_asks_for(people, inbox):
    root = await people.say("", people.upload(CSV))
    await done(await people.shortcut("Measure", on=root))
    assert list(inputs(people.form)) == ["unit"]
    await people.fill(unit="bytes")
    event = (await inbox.first(2))[-1]
    assert event.values == {"file": event.on.attachments[0], "unit": "bytes"}
    assert event.on.attachments[0].name == "people.csv"


async def test_what_is_wrong_with_a_shortcut_is_told_to_its_user_alone(people, inbox):
    root = await people.say("Lunch?")
    people.shortcuts["Old"] = "forgotten"
    await inbox.first()
    await done(await people.shortcut("Old", on=root, by="bob"))
    inbox.broken = 1
    await done(await people.shortcut("Listen", on=root, by="bob"))
    people.refuse("views.open", "expired_trigger_id")
    await done(await people.shortcut("Ask Parley", on=root, by="bob"))
    told = [(post.text.partition(".")[0], post.private_to) for post in people.posts()]
    assert told == [
        ("There is no command `/forgotten`", "bob"),
        ("Parley's database is full", "bob"),
        ("Slack did not open the form", "bob"),
    ]


# Buttons


def with_button(people, command, thread=None):
    """The ts of an answer."""
    name = f"parley:{command}:delivery0001"
    label = {"type": "plain_text", "text": command}
    button = {"type": "button", "action_id": name, "value": name, "text": label}
    row = [{"type": "actions", "elements": [button]}]
    return people.api.store("C1", "UPARLEY", text="Hi", blocks=row, thread_ts=thread)["ts"]


async def test_a_button_that_needs_more_opens_a_form_and_what_is_sent_is_its_press(people, inbox):
    root = await people.say("Draw a fox.")
    post = with_button(people, "edit", root)
    await done(await people.press("edit", post=post, by="bob"))
    assert list(inputs(people.form)) == ["words", "mask"]
    assert len(await inbox.first()) == 1
    await done(await people.fill(words="with a hat", mask=people.upload(CSV), by="bob"))
    event = (await inbox.first(2))[-1]
    assert (event.command, event.by, event.of, event.on) == ("edit", "form", "delivery0001", None)
    assert (event.place, event.source) == (Place("slack", "T1", "C1", root), post)
    assert event.author.id == "slack:T1:UBOB"
    assert event.address.startswith(f"{people.url}/respond/")
    assert event.values.pop("mask").name == "people.csv"
    assert event.values == {"words": "with a hat"}


async def test_a_button_whose_form_does_not_open_says_so_to_who_pressed(people, inbox):
    people.refuse("views.open", "expired_trigger_id")
    await done(await people.press("edit", post=with_button(people, "edit"), by="bob"))
    (_, told) = people.posts()
    assert told.text == "Slack did not open the form. Press the button again."
    assert told.private_to == "bob"
    assert not inbox.events


async def test_a_button_of_a_command_that_is_no_longer_ours_is_an_event(people, inbox):
    await done(await people.press("forgotten", post=with_button(people, "forgotten")))
    (event,) = await inbox.first()
    assert event.command == "forgotten"


async def test_a_press_that_cannot_be_written_down_is_told_to_who_pressed(people, inbox):
    inbox.broken = 1
    await done(await people.press("again", post=with_button(people, "again"), by="bob"))
    (_, told) = people.posts()
    assert told.text == "Parley's database is full. Try again later."
    assert told.private_to == "bob"


# What is not as Slack sends it

VIEW = {
    "id": "V1", "callback_id": "draw",
    "private_metadata": '{"place":{"platform":"slack","workspace":"T1","channel":"C1"}}',
    "state": {"values": {
        "prompt": {"prompt": {"type": "plain_text_input", "value": "a fox"}},
        "size": {"size": {"type": "static_select", "selected_option": {"value": "large"}}},
        "number": {"number": {"type": "number_input", "value": "2"}},
        "file": {"file": {"type": "file_input", "files": [{"id": "F1"}]}},
    }},
}  # fmt: skip
SENT = {"type": "view_submission", "user": {"id": "U1", "username": "ada"}, "view": VIEW}
TYPED = {"type": "block_suggestion", "user": {"id": "U1", "name": "ada"}, "view": VIEW,
         "action_id": "animal", "value": "fo"}  # fmt: skip


def take(body):
    """What was accepted, and what is answered."""
    accepted = []

    async def accept(event):
        accepted.append(event)
        return "accepted"

    intake = Intake(accept, Suggestions(), COMMANDS)
    answer = asyncio.run(intake.take(body, Here("T1", "UPARLEY"), None))
    return accepted, answer


def test_a_form_as_slack_sends_it_is_taken():
    ((event,), answer) = take(SENT)
    assert event.values == {"prompt": "a fox", "size": "large", "number": 2}
    assert answer is None


@settings(max_examples=200)
@given(spoilt([SENT, TYPED]))
def test_no_form_that_is_not_as_slack_sends_it_breaks_the_door(body):
    accepted, answer = take(body)
    assert len(accepted) <= 1
    assert answer is None or answer.keys() & {"options", "errors"}
