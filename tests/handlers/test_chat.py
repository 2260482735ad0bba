import asyncio
from contextlib import aclosing

import pytest

from bot.conversation.drafts import CONTINUE, REGENERATE
from bot.errors import Refused
from bot.events import Place
from bot.openai.errors import OpenAIError
from bot.parts import RECEIPT, Buttons, Delta, Status, Text
from handlers.chat import HELLO, STOP
from tests.fakes.openai import Fault
from tests.handlers.desk import desk


async def test_an_answer_is_a_stream_of_deltas_with_stop_while_it_runs_and_regenerate_after(
    tmp_path,
):
    async with desk(tmp_path) as it:
        it.openai.answers.append("Paris it is")
        parts = [part async for part in it.reply(it.asked("Capital of France?"))]
        assert parts[:2] == [Status("Thinking…"), Buttons((STOP,))]
        assert "".join(p.text for p in parts if isinstance(p, Delta)) == "Paris it is"
        assert parts[-1] == Buttons((REGENERATE, RECEIPT), feedback=True)


async def test_a_thread_remembers_what_was_said_and_another_does_not(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["Hello Ada", "You are Ada"])
        await it.say("I am Ada")
        await it.say("Who am I?")
        assert it.prompt() == [
            ("user", "I am Ada"), ("assistant", "Hello Ada"), ("user", "Who am I?"),
        ]  # fmt: skip
        await it.screen(it.asked("Who am I?", place=Place("slack", "T1", "C2", "9.9")))
        assert it.prompt() == [("user", "Who am I?")]


async def test_old_turns_are_left_out_whole_where_the_window_is_full(tmp_path):
    models = tmp_path / "models.toml"
    models.write_text('[models."tiny"]\ncontext = 200\nmax_output = 40\n')
    async with desk(tmp_path, chat_model="tiny", catalogue=models, system_prompt="Be brief.") as it:
        it.openai.answers.extend(["first " * 20, "second", "third"])
        await it.say("one " * 100)
        await it.say("two")
        await it.say("three")
        assert it.prompt() == [("user", "two"), ("assistant", "second"), ("user", "three")]


async def test_an_empty_message_is_greeted_and_costs_nothing(tmp_path):
    async with desk(tmp_path) as it:
        assert await it.say(" \n ") == HELLO
        assert it.openai.calls == []


async def test_a_question_longer_than_the_window_is_refused_with_both_numbers(tmp_path):
    models = tmp_path / "models.toml"
    models.write_text('[models."tiny"]\ncontext = 8192\n')
    async with desk(tmp_path, chat_model="tiny", catalogue=models) as it:
        with pytest.raises(Refused, match=r"about 25,\d\d\d tokens, and tiny takes [\d,]+ here"):
            await it.say("word" * 25_000)
        assert it.openai.calls == []
        assert await it.rows() == []


@pytest.mark.parametrize("text", ["zero \0 byte", "\u202e\uffff"])
async def test_odd_characters_are_answered_like_any_others(tmp_path, text):
    async with desk(tmp_path) as it:
        assert await it.say(text)
        assert await it.say("and now?")


async def test_an_answer_cut_at_its_length_says_so_and_continue_goes_on_in_it(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["one two ", "three"])
        it.openai.finish_reason = "length"
        run = it.asked("Count")
        screen = await it.screen(run)
        assert "reached its length limit" in screen.text
        assert screen.buttons == (REGENERATE, CONTINUE, RECEIPT)
        it.openai.finish_reason = "stop"
        screen = await it.screen(it.pressed("continue", run.id))
        assert screen.text == "one two three"
        assert screen.buttons == (REGENERATE, RECEIPT)
        assert it.prompt()[:2] == [("user", "Count"), ("assistant", "one two ")]
        await it.say("Next")
        assert it.prompt()[:2] == [("user", "Count"), ("assistant", "one two three")]


async def test_a_filtered_answer_says_so(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.finish_reason = "content_filter"
        screen = await it.screen(it.asked("Hm"))
        assert "content filter ended this answer" in screen.text
        assert screen.buttons == (REGENERATE, RECEIPT)


async def test_regenerate_asks_the_same_and_replaces_the_answer_in_memory(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["red", "later", "blue", "end"])
        run = it.asked("A colour?")
        await it.screen(run)
        await it.say("Another thing")
        screen = await it.screen(it.pressed("regenerate", run.id))
        assert screen.text == "blue"
        assert it.prompt() == [("user", "A colour?")]
        await it.say("And?")
        assert it.prompt()[:2] == [("user", "A colour?"), ("assistant", "blue")]


@pytest.mark.parametrize("button", ["regenerate", "continue"])
async def test_a_button_on_an_answer_that_is_forgotten_says_so(tmp_path, button):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="no longer remembers"):
            await it.screen(it.pressed(button, "gone"))


async def test_stop_keeps_what_was_written_in_the_message_and_in_memory(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("one two three")
        it.openai.faults.append(Fault(stall_after=2))
        run = it.asked("Count")
        parts = []
        read = asyncio.create_task(_read(it.reply(run), parts))
        async with asyncio.timeout(5):
            while _text(parts) != "one two":
                await asyncio.sleep(0)
        run.stopped = "person"
        read.cancel()
        await read
        assert parts[-2:] == [
            Text("_Stopped._", key="note"),
            Buttons((REGENERATE, CONTINUE, RECEIPT), feedback=True),
        ]
        await it.say("Go on")
        assert it.prompt()[:2] == [("user", "Count"), ("assistant", "one two")]
        stopped, _ = await it.rows()
        assert stopped[:2] == ("settled", 1)


def _text(parts):
    return "".join(part.text for part in parts if isinstance(part, Delta))


async def _read(reply, parts):
    async with aclosing(reply):
        async for part in reply:
            parts.append(part)


async def test_a_stream_that_is_cut_keeps_what_came_and_offers_to_go_on(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("one two three")
        it.openai.faults.append(Fault(cut_after=2))
        screen = await it.screen(it.asked("Count"))
        assert screen.text.startswith("one two\n\n_")
        assert screen.buttons == (REGENERATE, CONTINUE, RECEIPT)
        assert [(state, estimated) for state, estimated, _ in await it.rows()] == [("settled", 1)]


async def test_after_a_failure_the_thread_still_knows_the_question(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(400, "invalid_request_error"))
        with pytest.raises(OpenAIError):
            await it.say("What is love?")
        await it.say("Try again")
        assert it.prompt() == [("user", "What is love?"), ("user", "Try again")]


async def test_text_shown_before_a_crash_is_kept_and_nothing_is_asked_again(tmp_path):
    async with desk(tmp_path) as it:
        screen = await it.screen(it.asked("Count", shown="one two"))
        assert screen.text.startswith("one two\n\n_Parley was restarted")
        assert screen.buttons == (REGENERATE, CONTINUE, RECEIPT)
        assert it.openai.calls == []
        await it.say("Go on")
        assert it.prompt()[:2] == [("user", "Count"), ("assistant", "one two")]


async def test_an_empty_answer_is_said_to_be_one(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("")
        assert await it.say("Hm?") == "_The model gave an empty answer._"


PROVIDER_TROUBLE = {
    "HTML": Fault(200, body="<html>Log in to the hotel's network</html>"),
    "401": Fault(401, "invalid_api_key"),
    "403": Fault(403, "permission_denied"),
    "404": Fault(404, "model_not_found"),
    "413": Fault(413, "request_too_large"),
    "429": Fault(429, "rate_limit_exceeded", headers={"x-should-retry": "false"}),
    "429 after": Fault(
        429, "rate_limit_exceeded", headers={"retry-after": "1", "x-should-retry": "false"}
    ),
    "quota": Fault(429, "insufficient_quota"),
    "500": Fault(500, "server_error", headers={"x-should-retry": "false"}),
    "503": Fault(503, "server_is_overloaded", headers={"x-should-retry": "false"}),
}


@pytest.mark.parametrize("fault", PROVIDER_TROUBLE.values(), ids=PROVIDER_TROUBLE.keys())
async def test_what_the_provider_refuses_gets_a_sentence_and_costs_nothing(tmp_path, fault):
    async with desk(tmp_path, budget_person_day="1") as it:
        it.openai.faults.append(fault)
        with pytest.raises(OpenAIError) as error:
            await it.say("Hello")
        sentence = error.value.sentence
        assert 20 < len(sentence) < 300
        assert "sk-" not in sentence
        assert "<" not in sentence
        assert {row[0] for row in await it.rows()} == {"released"}
        assert await it.say("Hello")
