"""/persona: a library that the workspace shares."""

import pytest

from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.run import Run
from tests.handlers.desk import ADA, PLACE, desk

BOSS, BOB = Author("slack:T1:BOSS"), Author("slack:T1:BOB")


async def do(it, command, *, by=ADA, place=PLACE, **values):
    event = Invocation(id="x", place=place, author=by, at=1.0, command=f"persona {command}",
                       values=values)  # fmt: skip
    return (await it.screen(Run(event, "d-persona"))).text


async def test_a_few_good_ones_are_there(tmp_path):
    async with desk(tmp_path) as it:
        said = await do(it, "list")
        for name in ("editor", "reviewer", "teacher", "sceptic", "minutes", "translator"):
            assert f"**{name}**" in said
        assert "careful editor" in await do(it, "show", name="editor")


async def test_the_one_in_use_answers_after_the_usual_instructions(tmp_path):
    async with desk(tmp_path, system_prompt="Be brief.") as it:
        await do(it, "use", name="editor")
        await it.say("hello")
        told = it.openai.calls[-1].body["messages"][0]["content"]
        assert told.startswith("Be brief.\n\nYou are a careful editor.")
        await do(it, "use", name="none")
        await it.say("hello")
        assert it.openai.calls[-1].body["messages"][0]["content"] == "Be brief."


async def test_what_one_makes_is_for_all_in_the_workspace_and_for_nobody_else(tmp_path):
    async with desk(tmp_path) as it:
        await do(it, "save", name="Pirate", prompt="Talk like a pirate.", about="Arr")
        assert "**pirate**: Arr" in await do(it, "list", by=BOB)
        await do(it, "use", by=BOB, name="pirate")
        await it.say("hello")
        assert "Talk like a pirate." in it.openai.calls[-1].body["messages"][0]["content"]
        with pytest.raises(Refused, match="no persona “pirate”"):
            await do(it, "show", place=Place("slack", "T2", "C1", "1"), name="pirate")


async def test_only_who_made_it_or_an_admin_changes_it(tmp_path):
    async with desk(tmp_path) as it:
        await do(it, "save", name="pirate", prompt="Talk like a pirate.")
        for command, values in (("save", {"prompt": "Be dull."}), ("delete", {})):
            with pytest.raises(Refused, match="somebody else's"):
                await do(it, command, by=BOB, name="pirate", **values)
        await do(it, "save", by=ADA, name="pirate", prompt="Talk like a captain.")
        await do(it, "delete", by=BOSS, name="pirate")
        assert "pirate" not in await do(it, "list")


async def test_one_of_the_same_name_goes_before_a_shipped_one_until_it_is_deleted(tmp_path):
    async with desk(tmp_path) as it:
        await do(it, "save", name="editor", prompt="Only mark typos.")
        assert "typos" in await do(it, "show", name="editor")
        assert "the one that came with Parley is back" in await do(it, "delete", name="editor")
        with pytest.raises(Refused, match="came with Parley"):
            await do(it, "delete", name="editor")


@pytest.mark.parametrize("name", ["none", "two words", "ÄÖ", "x" * 40])
async def test_a_name_is_a_short_word(tmp_path, name):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="a short word"):
            await do(it, "save", name=name, prompt="x")


async def test_a_prompt_that_is_too_long_is_not_kept(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="4,000"):
            await do(it, "save", name="long", prompt="x" * 5_000)
