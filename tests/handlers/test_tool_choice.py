"""/settings tools: which commands a model may call, and with which it has to begin."""

import pytest

from bot.commands import Typing
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Notice
from bot.run import Run
from bot.screen import Screen
from tests.handlers.desk import ADA, PLACE
from tests.handlers.test_tools import BOSS, acting, calls


async def choose(here, value, by=ADA):
    values = {"name": "tools", "value": value}
    event = Invocation(id="x", place=PLACE, author=by, at=1.0, command="settings set",
                       values=values)  # fmt: skip
    return (await here.screen(Run(event, "d-settings"))).text


async def say(here, text, **pressed):
    run = here.pressed(**pressed) if pressed else here.asked(text)
    screen, notices = Screen(), []
    async for part in here.reply(run):
        if isinstance(part, Notice):
            notices.append(part.text)
        screen.show(part)
    return screen.text, notices


def choices(here):
    return [call.body.get("tool_choice") for call in here.openai.calls]


async def test_nothing_chosen_leaves_it_to_the_model(tmp_path):
    async with acting(tmp_path) as here:
        await here.say("hello")
        await choose(here, "auto")
        await here.say("hello")
        assert choices(here) == [None, None]
        assert here.openai.calls[-1].body["tools"]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("required", "required"),
        ("jot", {"type": "function", "function": {"name": "jot"}}),
        ("jot well", {"type": "function", "function": {"name": "jot_well"}}),
        ("/jot_well", {"type": "function", "function": {"name": "jot_well"}}),
    ],
)
async def test_what_has_to_be_called_is_called_first_and_once(tmp_path, value, sent):
    async with acting(tmp_path) as here:
        assert await choose(here, value) == f"Set in this thread:\n- tools: {value}"
        calls(here, "jot", "jot")
        here.openai.answers.append("Noted.")
        assert await here.say("Note it") == "Noted."
        assert choices(here) == [sent, None, None]
        assert all(call.body["tools"] for call in here.openai.calls)


async def test_none_sends_no_tools_which_saves_their_tokens(tmp_path):
    async with acting(tmp_path) as here:
        await choose(here, "none")
        await here.say("hello")
        assert not {"tools", "tool_choice"} & set(here.openai.calls[-1].body)


async def test_after_an_approval_the_model_chooses_by_itself(tmp_path):
    async with acting(tmp_path) as here:
        await choose(here, "required")
        calls(here, "jot_well")
        run = here.asked("Note it")
        await here.screen(run)
        here.openai.answers.append("Done.")
        assert (await here.screen(here.pressed("approve_tool", run.id))).text == "Done."
        assert choices(here) == ["required", None]


async def test_what_goes_on_has_to_call_nothing(tmp_path):
    async with acting(tmp_path) as here:
        run = here.asked("hello")
        await here.screen(run)
        await choose(here, "required")
        await here.screen(here.pressed("continue", run.id))
        assert choices(here) == [None, None]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("secret", "`tools` is auto, none, required, or a command that a model can call: "),
        ("rm -rf", "“rm -rf” is none."),
        ("retention", "`retention` is not for you to use, so no model can do it for you."),
    ],
)
async def test_what_is_no_tool_or_none_of_theirs_is_told(tmp_path, value, sentence):
    async with acting(tmp_path) as here:
        with pytest.raises(Refused) as refusal:
            await choose(here, value)
        assert sentence in refusal.value.sentence


async def test_where_tools_are_off_nobody_chooses_one(tmp_path):
    async with acting(tmp_path, tools=False) as here:
        with pytest.raises(Refused, match="PARLEY_TOOLS"):
            await choose(here, "required")


async def test_an_admins_tool_is_not_begun_with_for_others(tmp_path):
    async with acting(tmp_path) as here:
        await choose(here, "retention", by=BOSS)
        _, notices = await say(here, "hello")
        assert notices == ["There is no tool `retention` for you, so the model chooses by itself."]
        assert choices(here) == [None]


async def test_where_none_can_go_along_it_is_said_that_none_is_begun_with(tmp_path):
    async with acting(tmp_path) as here:
        await choose(here, "required")
        await here.services.preferences.put(PLACE.key, "n", "2")
        here.openai.choices = 2
        _, notices = await say(here, "hello")
        assert notices == [
            "No tools go along with this question, so `tools: required` does not hold."
        ]
        assert not {"tools", "tool_choice"} & set(here.openai.calls[-1].body)


async def test_those_of_the_person_are_suggested(tmp_path):
    async with acting(tmp_path) as here:
        command = here.services.commands["settings other"]
        suggest = next(option.suggest for option in command.options if option.name == "tools")

        async def suggested(text, by=ADA):
            typing = Typing(by, PLACE, command.name, "tools", text)
            return [choice.value for choice in await suggest(typing)]

        assert await suggested("jot") == ["jot", "jot well"]
        assert (await suggested(""))[:3] == ["auto", "none", "required"]
        assert await suggested("retention") == []
        assert await suggested("/retention", BOSS) == ["retention"]
