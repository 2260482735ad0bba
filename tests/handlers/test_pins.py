"""/pin, /pins, /unpin, /reset."""

import pytest

from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.run import Run
from tests.handlers.desk import ADA, PLACE, desk

BOSS = Author("slack:T1:BOSS")
ELSEWHERE = Place("slack", "T1", "C1", "2.2")


async def do(it, command, *, by=ADA, place=PLACE, **values):
    event = Invocation(id="x", place=place, author=by, at=1.0, command=command, values=values)
    return (await it.screen(Run(event, "d-pins"))).text


def system(it):
    return it.openai.calls[-1].body["messages"][0]["content"]


async def test_what_is_pinned_is_sent_with_each_question_in_its_place_only(tmp_path):
    async with desk(tmp_path, system_prompt="Be brief.") as it:
        await do(it, "pin", text="The launch is\non 3 May")
        await do(it, "pin", by=BOSS, text="We are the blue team", scope="channel")
        await it.say("When?")
        assert system(it) == (
            "Be brief.\n\nPeople here pinned these facts:\n- We are the blue team\n"
            "- The launch is on 3 May"
        )
        await it.screen(it.asked("When?", place=ELSEWHERE))
        assert system(it).endswith("facts:\n- We are the blue team")
        await it.screen(it.asked("When?", place=Place("slack", "T1", "C2", "1.1")))
        assert system(it) == "Be brief."


async def test_pins_are_listed_by_number_and_taken_back_by_it(tmp_path):
    async with desk(tmp_path) as it:
        assert "Nothing is pinned" in await do(it, "pins")
        await do(it, "pin", text="one")
        await do(it, "pin", text="two")
        assert await do(it, "pins") == "1. one\n2. two"
        await do(it, "unpin", number=1)
        assert await do(it, "pins") == "1. two"
        with pytest.raises(Refused, match="no number 2"):
            await do(it, "unpin", number=2)


async def test_what_a_channel_pins_is_for_admins(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="for admins"):
            await do(it, "pin", text="mine", scope="channel")
        await do(it, "pin", by=BOSS, text="ours", scope="channel")
        with pytest.raises(Refused, match="for admins"):
            await do(it, "unpin", number=1)
        await do(it, "unpin", by=BOSS, number=1)


async def test_more_than_there_is_room_for_or_the_same_again_is_not_pinned(tmp_path):
    async with desk(tmp_path) as it:
        await do(it, "pin", text="one")
        with pytest.raises(Refused, match="pinned already"):
            await do(it, "pin", text=" one ")
        with pytest.raises(Refused, match="there is room for 3,200"):
            await do(it, "pin", text="word " * 4_000)


async def test_after_a_reset_nothing_of_before_is_sent_and_what_is_pinned_stays(tmp_path):
    async with desk(tmp_path) as it:
        await do(it, "pin", text="It is May")
        await it.say("I am Ada")
        assert "begin anew" in await do(it, "reset")
        await it.say("Who am I?")
        assert it.prompt() == [("user", "Who am I?")]
        assert "It is May" in system(it)
        await it.say("And?")
        assert it.prompt()[0] == ("user", "Who am I?")


async def test_where_nothing_was_said_a_reset_says_so(tmp_path):
    async with desk(tmp_path) as it:
        assert "nothing here" in await do(it, "reset")
