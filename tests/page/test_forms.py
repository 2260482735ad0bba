"""Commands by their forms, and from the menu of a message."""

import asyncio
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.page import forms
from bot.commands import Command, Option
from bot.events import Attachment, Message
from bot.ports import PARLEY
from tests.page import samples
from tests.page.house import COMMANDS, House


def last(house):
    return list(house.parley.events.values())[-1]


async def test_the_browser_knows_what_a_form_needs():
    async with House() as house:
        ada = await house.client()
        paint = next(c for c in ada.welcome["commands"] if c["name"] == "paint")
        fields = {field.pop("name"): field for field in paint["options"]}
        assert {name: field["kind"] for name, field in fields.items()} == {
            "prompt": "long", "size": "text", "n": "whole", "model": "text", "fine": "truth",
            "base": "file",
        }  # fmt: skip
        assert fields["size"]["choices"] == ["small", "large"]
        assert (fields["n"]["minimum"], fields["n"]["maximum"]) == (1, 4)
        assert [name for name, field in fields.items() if field["required"]] == ["prompt"]
        assert [name for name, field in fields.items() if field["suggests"]] == ["model"]


async def test_a_typed_command_that_lacks_something_is_answered_by_its_form():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("base.png", samples.png())
        said = await ada.say("/paint n:2 fine:yes", files=[file])
        form = ada.form(said)
        assert (form["command"], form["values"]) == ("paint", {"n": "2", "fine": "yes"})
        assert [medium["name"] for medium in form["files"]] == ["base.png"]
        assert not house.parley.events
        assert not house.state.rows


@pytest.mark.parametrize("text", ["/paint a fox", "/usage", "/nonsense", "ask", "/paint n:99"])
async def test_what_has_all_it_needs_or_is_refused_anyway_is_a_message(text):
    async with House() as house:
        ada = await house.client()
        assert ada.form(await ada.say(text)) is None
        assert last(house).text == text


async def test_a_form_that_was_filled_in_is_an_invocation_with_typed_values():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("base.png", samples.png())
        values = {"prompt": " a fox\nasleep ", "n": "2", "fine": "yes", "size": "", "base": file}
        said = await ada.act("use", command="paint", values=values)
        event = last(house)
        attachment = event.values.pop("base")
        assert isinstance(attachment, Attachment)
        assert event.values == {"prompt": "a fox\nasleep", "n": 2, "fine": True}
        assert (event.by, event.source, event.place.thread) == ("form", said, said)
        await ada.open(said)
        assert ada.posts[said]["text"] == "/paint a fox\nasleep n:2 fine:yes"
        assert [medium["name"] for medium in ada.posts[said]["media"]] == ["base.png"]
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": "x", "n": "5"}, "`n` is at most 4; you gave 5."),
        ({"prompt": "x", "n": "many"}, "`n` takes a whole number; you gave “many”."),
        ({"prompt": "x", "colour": "red"}, "`/paint` does not know `colour`"),
        ({"prompt": "x" * 32_001}, "32,000 is the most"),
        ({"prompt": {"id": "file-0001", "name": "x.png"}}, "“x.png” is not here any more"),
    ],
)
async def test_a_wrong_value_is_told_in_the_form_and_nothing_is_asked(values, sentence):
    async with House() as house:
        ada = await house.client()
        assert sentence in ada.refusal(await ada.act("use", command="paint", values=values))
        assert not house.parley.events


async def test_a_form_that_is_sent_again_is_one_invocation_and_one_post():
    async with House() as house:
        ada = await house.client()
        use = {"type": "use", "id": "use-0001", "thread": "use-0001", "command": "paint",
               "values": {"prompt": "x"}}  # fmt: skip
        for _ in range(2):
            await ada.send(use)
        await ada.until(lambda: sum(m["type"] == "got" for m in ada.heard) == 2)
        await ada.open("use-0001")
        await ada.until(lambda: len(ada.posts) == 2)
        assert len(house.parley.events) == 1


async def test_a_shortcut_that_needs_words_opens_its_form_and_knows_its_message():
    async with House() as house:
        ada = await house.client()
        thread = await ada.say("hello")
        await ada.open(thread)
        await ada.until(lambda: ada.answers and ada.answers[0]["done"])
        answer = ada.answers[0]["id"]
        form = ada.form(await ada.act("use", thread, command="ask", on=answer))
        assert (form["command"], form["on"]) == ("ask", answer)
        said = await ada.act("use", thread, command="ask", on=answer, values={"question": "Why?"})
        event = last(house)
        assert (event.command, event.by, event.values) == ("ask", "form", {"question": "Why?"})
        assert event.on == Message(
            id=f"page:{answer}", place=event.place, author=PARLEY, at=event.on.at,
            text="You said: hello", source=answer,
        )  # fmt: skip
        await ada.until(lambda: said in ada.posts)
        shown = ada.posts[said]
        assert (shown["text"], shown["about"]) == ("/ask Why?", "You said: hello")


async def test_a_shortcut_that_needs_nothing_is_used_at_once():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("note.wav", samples.wav())
        thread = await ada.say("", files=[file])
        await ada.act("use", thread, command="transcribe", on=thread)
        event = last(house)
        assert (event.command, event.by) == ("transcribe", "shortcut")
        assert event.on.author.id == "page:ada"
        assert [a.media_type for a in event.on.attachments] == ["audio/wav"]


async def test_what_cannot_be_used_gets_a_sentence():
    async with House() as house:
        ada = await house.client()
        for use, sentence in (
            ({"command": "regenerate"}, "is a button"),
            ({"command": "pain"}, "Did you mean `/paint`?"),
            ({"command": "transcribe", "on": "gone-0001"}, "not there any more"),
        ):
            assert sentence in ada.refusal(await ada.act("use", **use))
        assert not house.parley.events


async def suggested(house, http, person="ada", **asked):
    async with http.get(f"{house.address}/suggestions/{person}", params=asked) as response:
        return response.status, await response.json() if response.status == 200 else None


async def test_what_may_be_meant_is_suggested_while_one_types():
    async with House() as house:
        ada = await house.client()
        asked = {"thread": "", "command": "paint", "option": "model"}
        found = await suggested(house, ada.http, text="ve", **asked)
        assert found == (200, [["Vermeer", "vermeer"]])
        assert await suggested(house, ada.http, text="x", **asked) == (200, [])
        for told in ("[", '{"n": 3}', '["n"]'):
            assert await suggested(house, ada.http, text="x", chosen=told, **asked) == (200, [])
        assert await suggested(house, ada.http, command="nothing") == (200, [])
        assert await suggested(house, ada.http, "mallory", **asked) == (403, None)
        await house.stop_listening()
        assert await suggested(house, ada.http, text="", **asked) == (200, [])


async def test_a_suggestion_that_takes_too_long_is_none(monkeypatch):
    monkeypatch.setattr("adapters.page.suggestions._PATIENCE", 0.01)

    async def never(_typing):
        await asyncio.Event().wait()

    async with House() as house:
        house.page._lobby.suggest = never
        ada = await house.client()
        assert await suggested(house, ada.http, command="paint", option="model") == (200, [])


WORDS = st.text(string.ascii_letters + " :/", min_size=1).map(str.strip).filter(bool)


@given(st.dictionaries(st.sampled_from(["size", "n"]), WORDS), WORDS)
def test_a_form_is_told_as_it_could_have_been_typed(pairs, prompt):
    command = Command(
        "paint", "?", None, tuple(Option(name, "?") for name in ("prompt", "size", "n"))
    )
    text = forms.spoken(command, pairs | {"prompt": prompt})
    if ":" in prompt or "  " in prompt:  # words that would be read as values
        return
    read, rest = COMMANDS.read(text[1:])
    assert read.name == "paint"
    assert command.parse(rest) == {"prompt": prompt, **pairs}
