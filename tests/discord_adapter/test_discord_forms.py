"""Forms, which ask for what a command still needs."""

import json

import discord as native
import pytest
from hypothesis import given, settings

from adapters.discord import address, forms
from bot.commands import Command, Commands, Option
from bot.events import Attachment, Invocation
from bot.parts import Button, Buttons, Text
from tests.contract.world import Upload
from tests.discord_adapter.commands import any_command, any_values
from tests.discord_adapter.conftest import delivery_for, nothing
from tests.fakes.discord_menu import check_form

TABLE = Upload("people.csv", b"name\nAda\n", "text/csv")
QUESTION = Option("question", "What you want to know", required=True, long=True)
COMMANDS = Commands(
    [
        Command("ask", "Ask", nothing, (QUESTION,), shortcut="Ask Parley"),
        Command(
            "draw", "Draw", nothing,
            options=(
                Option("prompt", "What to see", required=True, long=True),
                Option("size", "How large", choices=("small", "large")),
                Option("number", "How many", int, minimum=1, maximum=4),
                Option("signed", "With a name", bool),
                Option("model", "Which model", Attachment),
            ),
        ),
        Command("secret", "Keep it", nothing, (QUESTION,), private=True),
        Command("rename", "Another name", nothing, (QUESTION,), button=True),
    ]
)  # fmt: skip


async def opened(discord):
    await discord.until(lambda: discord.form)
    return tuple(discord.asked())


async def said(discord, token):
    await discord.until(lambda: discord.store.interactions[token]["response"])
    return discord.store.interactions[token]


async def test_a_slash_command_that_wants_a_long_text_opens_a_form(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw", "size:large")
        assert await opened(discord) == ("prompt", "size", "number", "signed", "model")
        assert not bot.inbox.events
        token = await discord.fill(prompt="a fox", number="3", signed="yes", model=TABLE)
        (event,) = await bot.inbox.holds(1)
        assert (await said(discord, token))["response"] == 5
    assert isinstance(event, Invocation)
    assert (event.command, event.by, event.place.thread) == ("draw", "form", "")
    assert event.values.pop("model").name == "people.csv"
    assert event.values == {"prompt": "a fox", "size": "large", "number": "3", "signed": "yes"}
    assert COMMANDS["draw"].check(event.values)["number"] == 3


async def test_the_form_says_what_each_field_takes(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw", "number:2")
        await opened(discord)
    prompt, number, size, signed, model = discord.form["components"]
    assert discord.form["title"] == "/draw"
    assert (prompt["label"], prompt["description"]) == ("Prompt", "What to see")
    assert (prompt["component"]["style"], prompt["component"]["required"]) == (2, True)
    assert number["component"]["placeholder"] == "at least 1, at most 4"
    assert number["component"]["value"] == "2"
    assert [option["value"] for option in size["component"]["options"]] == ["small", "large"]
    assert [option["label"] for option in signed["component"]["options"]] == ["yes", "no"]
    assert (model["component"]["type"], model["component"]["required"]) == (19, False)


async def test_what_is_asked_about_a_message_comes_with_it(bot, discord):
    async with bot.running(COMMANDS):
        root = await discord.say("The meeting is at ten.", TABLE, by="bob")
        await discord.shortcut("Ask Parley", on=root)
        assert await opened(discord) == ("question",)
        assert discord.form["title"] == "Ask Parley"
        await discord.fill(question="When is it?")
        _, event = await bot.inbox.holds(2)
        await bot.deliver(delivery_for(event), Text("At ten."))
    assert (event.by, event.values, event.place.thread) == (
        "form", {"question": "When is it?"}, root,
    )  # fmt: skip
    assert (event.on.text, event.on.author.name) == ("The meeting is at ten.", "bob")
    assert [file.name for file in event.on.attachments] == ["people.csv"]
    assert [(post.thread, post.text) for post in discord.posts()] == [(root, "At ten.")]
    assert not discord.requests["GET /channels/*/messages/*"]  # where Parley is no member it could


async def test_a_form_outlives_a_restart(bot, discord, restarted):
    async with bot.running(COMMANDS):
        root = await discord.say("The meeting is at ten.", TABLE, by="bob")
        await discord.shortcut("Ask Parley", on=root)
        await opened(discord)
        await bot.inbox.holds(1)
    other = restarted()
    other.inbox = bot.inbox
    async with other.running(COMMANDS):
        await discord.fill(question="When is it?")
        _, event = await bot.inbox.holds(2)
    await other.adapter.close()
    assert event.on.text == "The meeting is at ten."
    assert [file.name for file in event.on.attachments] == ["people.csv"]
    assert event.place.thread == root


@pytest.mark.parametrize("gone", [True, False])
async def test_what_cannot_be_read_again_is_to_be_chosen_again(bot, discord, restarted, gone):
    async with bot.running(COMMANDS):
        root = await discord.say("The meeting is at ten.")
        await discord.shortcut("Ask Parley", on=root)
        await opened(discord)
    if gone:
        discord.delete(root)
    else:
        discord.store.rights.deny(discord.store.general, "read_message_history")
    other = restarted()
    async with other.running(COMMANDS):
        token = await discord.fill(question="At what time does the meeting begin?")
        answer = await said(discord, token)
    await other.adapter.close()
    assert "choose it again" in answer["said"]["content"]
    assert "At what time does the meeting begin?" in answer["said"]["content"]
    assert [e for e in other.inbox.events if isinstance(e, Invocation)] == []


async def test_a_wrong_value_is_told_to_the_asker_alone_with_what_they_wrote(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw")
        await opened(discord)
        token = await discord.fill(prompt="a fox in the evening sun", number="nine")
        answer = await said(discord, token)
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert answer["response"] == 4
    assert answer["said"]["flags"] == 64
    assert "`number` takes a whole number; you gave “nine”." in answer["said"]["content"]
    assert "a fox in the evening sun" in answer["said"]["content"]
    assert event.text == "hello"


async def test_a_private_command_is_answered_to_the_asker_alone(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("secret")
        await opened(discord)
        token = await discord.fill(question="Where is the key?")
        (event,) = await bot.inbox.holds(1)
        answer = await said(discord, token)
    assert (answer["response"], answer["said"]) == (5, {"flags": 64})
    assert address.read(event.address).hidden


async def test_a_button_may_open_a_form_too(bot, discord, restarted):
    async with bot.running(COMMANDS):
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event), Text("Hi"), Buttons((Button("Rename", "rename"),)))
        await discord.press("Rename", post=discord.posts()[0].id)
        assert await opened(discord) == ("question",)
        assert discord.form["title"] == "Rename"
    other = restarted()
    async with other.running(COMMANDS):
        token = await discord.fill(question="Another")
        (renamed,) = await other.inbox.holds(1)
        assert (await said(discord, token))["response"] == 6
    await other.adapter.close()
    assert (renamed.command, renamed.by, renamed.of) == ("rename", "form", "delivery0123")
    assert renamed.place == event.place
    assert address.read(renamed.address).kind == "button"


async def test_a_button_whose_form_discord_refuses_says_so_to_who_pressed(bot, discord):
    async with bot.running(COMMANDS):
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
        await bot.deliver(delivery_for(event), Text("Hi"), Buttons((Button("Rename", "rename"),)))
        discord.refuse_next("POST /interactions/.*/callback", 400, 50035)
        token = await discord.press("Rename", post=discord.posts()[0].id)
        answer = await said(discord, token)
    assert answer["response"] == 4
    assert answer["said"]["content"] == "Discord did not open the form. Please try again."
    assert answer["said"]["flags"] == 64


async def test_a_form_of_another_bot_is_not_ours(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw")
        await opened(discord)
        discord.form["custom_id"] = "theirs"
        await discord.fill(prompt="a fox")
        await discord.mention("hello")
        (event,) = await bot.inbox.holds(1)
    assert event.text == "hello"


async def test_a_form_of_a_command_that_is_no_longer_ours_says_so(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw")
        await opened(discord)
        discord.form["custom_id"] = "form:gone:::"
        token = await discord.fill(prompt="a fox")
        answer = await said(discord, token)
    assert "There is no command `/gone`" in answer["said"]["content"]


async def test_a_form_that_comes_twice_is_one_event(bot, discord):
    async with bot.running(COMMANDS):
        await discord.slash("draw")
        await opened(discord)
        await discord.fill(prompt="a fox")
        await discord.redeliver()
        await discord.mention("hello")
        events = await bot.inbox.holds(2)
    assert sum(isinstance(event, Invocation) for event in events) == 1


@settings(deadline=None, max_examples=50)
@given(any_command(), any_values())
def test_any_command_makes_a_form_that_discord_takes(command, given_values):
    values = {o.name: given_values[o.kind] for o in command.options[::2]}
    about = forms.Subject(command.name, "9" * 20, "9" * 20, "x" * 12)
    form = forms.modal(command, values, about)["data"]
    check_form(form)
    json.dumps(form)
    assert forms.subject(form["custom_id"]) == about
    asked = {label["component"]["custom_id"] for label in form["components"]}
    assert {option.name for option in command.missing(values)[:5]} <= asked


def test_the_form_is_built_as_discord_py_builds_one():
    ui = native.ui
    theirs = ui.Modal(title="/draw")
    for item in (
        ui.TextInput(style=native.TextStyle.long, max_length=4000, required=True),
        ui.Select(options=[native.SelectOption(label="small")], min_values=0, required=False),
        ui.FileUpload(required=False, min_values=0, max_values=1),
    ):
        theirs.add_item(ui.Label(text="Prompt", description="What to see", component=item))
    ours = forms.modal(COMMANDS["draw"], {}, forms.Subject("draw"))["data"]
    for label, model in zip(
        (ours["components"][0], ours["components"][1], ours["components"][4]),
        theirs.to_dict()["components"],
        strict=True,
    ):
        assert label.keys() == model.keys()
        assert label["component"].keys() <= model["component"].keys() | {"value", "placeholder"}
        assert label["component"]["type"] == model["component"]["type"]
