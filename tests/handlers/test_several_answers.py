"""n answers to choose from."""

import msgspec
import pytest

from bot.conversation.drafts import REGENERATE
from bot.errors import Refused
from bot.parts import RECEIPT
from tests.handlers.desk import PLACE, desk


async def three(it, text="Name a colour"):
    it.openai.choices = 3
    await it.services.preferences.put(PLACE.key, "n", "3")
    run = it.asked(text)
    return run, await it.screen(run)


async def test_several_answers_are_shown_side_by_side_to_choose_from(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("red")
        _, screen = await three(it)
        assert screen.text.startswith("**1**\n\nred\n\n**2**\n\nred\n\n**3**\n\nred")
        assert [b.label for b in screen.buttons] == ["Take 1", "Take 2", "Take 3", "Regenerate"]
        assert not screen.media


async def test_the_one_that_is_taken_stays_and_the_thread_goes_on_from_it(tmp_path):
    async with desk(tmp_path) as it:
        run, _ = await three(it)
        await it.services.memory.offer(run.id, ["red", "green", "blue"])
        await it.services.memory.rewrite(run.id, "red", 1)
        await it.services.memory.offer(run.id, ["red", "green", "blue"])
        screen = await it.screen(it.pressed("take_2", run.id))
        assert (screen.text, screen.buttons) == ("green", (REGENERATE, RECEIPT))
        await it.say("And?")
        assert it.prompt()[:2] == [("user", "Name a colour"), ("assistant", "green")]


async def test_where_only_one_came_there_is_nothing_to_choose(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("red")
        await it.services.preferences.put(PLACE.key, "n", "3")
        screen = await it.screen(it.asked("Name a colour"))
        assert (screen.text, screen.buttons) == ("red", (REGENERATE, RECEIPT))


async def test_killed_while_they_were_shown_they_are_there_to_choose_from_again(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("red")
        run, before = await three(it)
        screen = await it.screen(it.asked("Name a colour", shown="**1**\n\nre", id_=run.id))
        assert (screen.text, screen.buttons) == (before.text, before.buttons)
        assert len(it.openai.calls) == 1


async def test_before_a_choice_the_first_counts(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("red")
        await three(it)
        await it.say("And?")
        assert it.prompt()[1] == ("assistant", "red")


async def test_a_second_choice_is_told_that_there_was_one(tmp_path):
    async with desk(tmp_path) as it:
        run, _ = await three(it)
        await it.screen(it.pressed("take_3", run.id))
        with pytest.raises(Refused, match="chosen already"):
            await it.screen(it.pressed("take_1", run.id))


async def test_what_was_not_taken_is_in_no_table_nor_what_was_forgotten(tmp_path):
    async with desk(tmp_path) as it:
        run, _ = await three(it)
        await it.services.memory.forget(run.id)
        assert await it.services.memory.offered(run.id) == []


async def test_continue_writes_one_answer(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["red", "der"])
        run, _ = await three(it)
        it.openai.choices = 1
        screen = await it.screen(it.pressed("continue", run.id))
        assert "n" not in it.openai.calls[-1].body
        assert screen.text == "redder"


async def test_an_edited_question_offers_nothing_of_the_old_one(tmp_path):
    async with desk(tmp_path) as it:
        run, _ = await three(it)
        it.openai.choices = 1
        again = it.asked("Name a fruit")
        again.event = msgspec.structs.replace(again.event, of=run.id)
        await it.screen(again)
        assert await it.services.memory.offered(run.id) == []
