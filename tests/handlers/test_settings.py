"""/settings: what holds where, for whom, and what a model takes."""

import json

import msgspec
import pytest

from bot.conversation.parameters import PARAMETERS
from bot.conversation.where import Wheres
from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.parts import Notice
from bot.run import Run
from bot.screen import Screen
from bot.speaking import Speaker
from bot.storage.problems import StorageUnavailable
from tests.handlers.desk import ADA, PLACE, desk

BOSS = Author("slack:T1:BOSS", "Boss")
BOB = Author("slack:T1:BOB", "Bob", ("slack:T1:S9",))
ELSEWHERE = Place("slack", "T1", "C1", "2.2")


def typed(it, command, *, by=ADA, place=PLACE, **values):
    event = Invocation(id="x", place=place, author=by, at=1.0, command=command, values=values)
    return Run(event, "d-settings")


async def set_(it, command="settings set", **values):
    return (await it.screen(typed(it, command, **values))).text


async def asked(it, text="hello", *, by=ADA, place=PLACE):
    """What goes to the model for it, and the notices beside the answer."""
    run = it.asked(text, place=place)
    run.event = msgspec.structs.replace(run.event, author=by)
    screen = Screen()
    async for part in it.reply(run):
        screen.show(part)
    return it.openai.calls[-1].body, [notice.text for notice in screen.notices]


async def test_the_nearest_wins_thread_channel_person_workspace(tmp_path):
    async with desk(tmp_path) as it:
        for scope, by, value in (
            ("workspace", BOSS, 0.1), ("person", ADA, 0.2), ("channel", BOSS, 0.3),
            ("thread", ADA, 0.4),
        ):  # fmt: skip
            said = await set_(it, by=by, name="temperature", value=str(value), scope=scope)
            assert "temperature" in said
            assert (await asked(it))[0]["temperature"] == value
        assert (await asked(it, place=ELSEWHERE))[0]["temperature"] == 0.3
        other = Place("slack", "T1", "C2", "3.3")
        assert (await asked(it, place=other))[0]["temperature"] == 0.2
        assert (await asked(it, place=other, by=BOB))[0]["temperature"] == 0.1


async def test_what_is_nearer_is_told_when_something_else_is_set(tmp_path):
    async with desk(tmp_path) as it:
        await set_(it, name="seed", value="7")
        said = await set_(it, name="seed", value="8", scope="person")
        assert "set in this thread too, and that is nearer" in said


@pytest.mark.parametrize("scope", ["channel", "workspace"])
@pytest.mark.parametrize("command", ["settings set", "settings reset", "settings sampling"])
async def test_what_holds_for_others_is_for_admins(tmp_path, scope, command):
    values = {
        "settings set": {"name": "seed", "value": "7"},
        "settings reset": {"name": "seed"},
        "settings sampling": {"temperature": "1"},
    }[command]
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="for admins"):
            await set_(it, command, scope=scope, **values)
        assert await it.services.preferences.of("slack:T1:C1") == {}


async def test_every_parameter_reaches_the_model_by_its_name(tmp_path):
    told = {
        "temperature": ("0.5", "temperature", 0.5),
        "top_p": ("0,9", "top_p", 0.9),
        "presence_penalty": ("-1", "presence_penalty", -1),
        "frequency_penalty": ("1", "frequency_penalty", 1),
        "max_tokens": ("100", "max_tokens", 100),
        "stop": ("END | \\n##", "stop", ["END", "\n##"]),
        "seed": ("-5", "seed", -5),
        "logit_bias": ("50256=-100, 198=5", "logit_bias", {"50256": -100, "198": 5}),
        "logprobs": ("3", "top_logprobs", 3),
        "n": ("2", "n", 2),
        "format": ("json", "response_format", {"type": "json_object"}),
    }
    async with desk(tmp_path) as it:
        for name, (value, _, _) in told.items():
            await set_(it, name=name, value=value)
        body, notices = await asked(it)
        assert notices == []
        assert {field: body[field] for _, field, _ in told.values()} == {
            field: value for _, field, value in told.values()
        }
        assert body["logprobs"] is True
        assert "JSON" in body["messages"][0]["content"]


async def test_effort_and_verbosity_reach_a_model_that_reasons(tmp_path):
    async with desk(tmp_path, chat_model="gpt-5.5") as it:
        await set_(it, "settings more", scope="thread", effort="low", verbosity="high")
        body, _ = await asked(it)
        assert (body["reasoning_effort"], body["verbosity"]) == ("low", "high")


WRONG = {
    "temperature": ("3", "temperature is 0 to 2 with gpt-4o-mini, and 3 is not"),
    "top_p": ("x", "is no number"),
    "n": ("9", "It is 1 to 4, and 9 is not"),
    "stop": ("a|b|c|d|e", "takes at most 4"),
    "max_tokens": ("900000", "gpt-4o-mini writes at most 16,384 tokens"),
    "seed": ("1.5", "no whole number"),
    "logit_bias": ("the=5", "numbers of tokens"),
    "format": ("[1, 2]", "a JSON schema like"),
    "effort": ("high", "gpt-4o-mini takes no reasoning effort"),
    "verbosity": ("low", "gpt-4o-mini takes no verbosity"),
    "voice": ("loud", "one of on, off"),
    "model": ("gpt-9", "No model “gpt-9” chats here. Some that do: gpt-4o-mini, "),
    "persona": ("nobody", "There is no persona “nobody”. There are `editor`"),
    "language": ("x" * 9000, "at most 8,000"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_cannot_be_is_told_with_what_can(tmp_path, name):
    value, sentence = WRONG[name]
    async with desk(tmp_path) as it:
        with pytest.raises(Refused) as refusal:
            await set_(it, name=name, value=value)
        assert sentence in refusal.value.sentence
        assert await it.services.preferences.of(PLACE.key) == {}


async def test_a_form_sets_all_or_nothing_and_leaves_what_is_empty(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused):
            await set_(it, "settings sampling", scope="thread", temperature="1", top_p="7")
        assert await it.services.preferences.of(PLACE.key) == {}
        await set_(it, "settings sampling", scope="thread", temperature="1", top_p="")
        assert await it.services.preferences.of(PLACE.key) == {"temperature": "1"}
        with pytest.raises(Refused, match="Nothing was filled in"):
            await set_(it, "settings sampling", scope="thread", temperature="")


async def test_every_form_has_at_most_five_fields_and_opens_without_a_word(tmp_path):
    async with desk(tmp_path) as it:
        for form in ("answer", "sampling", "format", "more", "other"):
            command = it.services.commands[f"settings {form}"]
            assert command.missing({})
            assert len(command.options) <= 5  # of a form on Discord
        assert len(PARAMETERS) <= 25  # choices of an option on Discord


async def test_a_parameter_that_another_model_does_not_take_is_said_and_not_sent(tmp_path):
    async with desk(tmp_path, chat_model="gpt-5.5") as it:
        await it.services.preferences.put(ADA.id, "temperature", "0.5")
        await it.services.preferences.put(ADA.id, "effort", "medium")
        body, (notice,) = await asked(it)
        assert "temperature" not in body
        assert "takes no temperature while it reasons" in notice
        await set_(it, name="effort", value="none")
        body, notices = await asked(it)
        assert (body["temperature"], notices) == (0.5, [])


async def test_a_stored_value_that_nobody_checked_is_left_out_with_a_sentence(tmp_path):
    async with desk(tmp_path) as it:
        await it.services.preferences.put(ADA.id, "temperature", "hot")
        body, (notice,) = await asked(it)
        assert "temperature" not in body
        assert notice == "“hot” is no number, as 0.7 is. So `temperature` is left out."


async def test_the_model_that_is_set_answers(tmp_path):
    async with desk(tmp_path) as it:
        await set_(it, name="model", value="gpt-4.1-mini")
        assert (await asked(it))[0]["model"] == "gpt-4.1-mini"
        assert (await asked(it, place=ELSEWHERE))[0]["model"] == "gpt-4o-mini"


async def test_a_model_that_only_the_server_knows_may_be_set(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models = ["our-own"]
        await set_(it, name="model", value="our-own")
        assert (await asked(it))[0]["model"] == "our-own"


ROLES = {"model_roles": {"gpt-4.1*": ("slack:T1:S9",)}}


async def test_a_model_for_some_is_chosen_by_those_and_by_admins(tmp_path):
    async with desk(tmp_path, **ROLES) as it:
        with pytest.raises(Refused, match="not for everybody"):
            await set_(it, name="model", value="gpt-4.1-mini")
        for by in (BOB, BOSS):
            await set_(it, by=by, name="model", value="gpt-4.1-mini", scope="person")
            assert (await asked(it, by=by))[0]["model"] == "gpt-4.1-mini"


async def test_rights_are_looked_at_when_somebody_asks_not_when_it_was_set(tmp_path):
    async with desk(tmp_path, **ROLES) as it:
        await set_(it, by=BOB, name="model", value="gpt-4.1-mini", scope="thread")
        assert (await asked(it, by=BOB))[0]["model"] == "gpt-4.1-mini"
        body, (notice,) = await asked(it, by=ADA)
        assert body["model"] == "gpt-4o-mini"
        assert notice == "gpt-4.1-mini is not for everybody, so gpt-4o-mini answers you."


async def test_who_may_not_use_the_nearest_model_gets_the_next_one(tmp_path):
    async with desk(tmp_path, **ROLES) as it:
        await set_(it, by=BOSS, name="model", value="gpt-4o", scope="channel")
        await set_(it, by=BOB, name="model", value="gpt-4.1-mini", scope="thread")
        body, (notice,) = await asked(it, by=ADA)
        assert (body["model"], notice) == (
            "gpt-4o", "gpt-4.1-mini is not for everybody, so gpt-4o answers you.",
        )  # fmt: skip


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4.1-2025-04-14", "ft:gpt-4.1-2025-04-14:us::1"])
async def test_a_snapshot_or_a_tuned_model_is_for_those_that_its_model_is_for(tmp_path, model):
    async with desk(tmp_path, model_roles={"gpt-4.1": ("slack:T1:S9",)}) as it:
        with pytest.raises(Refused, match="not for everybody"):
            await set_(it, name="model", value=model)
        await set_(it, by=BOB, name="model", value=model)


async def test_what_an_admin_set_for_a_channel_is_for_all_in_it(tmp_path):
    async with desk(tmp_path, **ROLES) as it:
        await set_(it, by=BOSS, name="model", value="gpt-4.1-mini", scope="channel")
        assert (await asked(it, by=ADA))[0]["model"] == "gpt-4.1-mini"


async def test_system_and_language_are_what_the_model_is_told_first(tmp_path):
    async with desk(tmp_path) as it:
        await set_(it, "settings answer", scope="thread", system="Be a pirate.", language="French")
        told = (await asked(it))[0]["messages"][0]
        assert told == {"role": "system", "content": "Be a pirate.\n\nAnswer in French."}


async def test_show_says_what_holds_and_from_where(tmp_path):
    async with desk(tmp_path) as it:
        assert "all is as usual" in await set_(it, "settings show")
        await set_(it, name="seed", value="7")
        await set_(it, by=BOSS, name="language", value="French", scope="channel")
        said = await set_(it, "settings show")
        assert said.startswith("**gpt-4o-mini** answers here.")
        assert "- seed: 7 (in this thread)" in said
        assert "- language: French (in this channel)" in said


async def test_reset_takes_back_one_or_all_of_a_scope_and_nothing_else(tmp_path):
    async with desk(tmp_path) as it:
        await it.services.preferences.put(PLACE.key, "pictures", "d7")
        for name in ("seed", "temperature", "n"):
            await set_(it, name=name, value="1")
        assert "`seed`" in await set_(it, "settings reset", name="seed")
        assert "seed" not in (await asked(it))[0]
        await set_(it, "settings reset")
        assert await it.services.preferences.of(PLACE.key) == {"pictures": "d7"}
        assert "Nothing of this is set" in await set_(it, "settings reset")


async def test_outside_a_thread_one_sets_for_oneself(tmp_path):
    channel = Place("slack", "T1", "C1")
    async with desk(tmp_path) as it:
        await set_(it, place=channel, name="seed", value="7")
        assert await it.services.preferences.of(ADA.id) == {"seed": "7"}
        with pytest.raises(Refused, match="This is no thread"):
            await set_(it, place=channel, name="seed", value="7", scope="thread")


@pytest.mark.parametrize("scope", ["thread", "channel", "person", "workspace"])
async def test_voice_mode_is_a_setting_like_the_others(tmp_path, scope):
    async with desk(tmp_path) as it:
        speaker = Speaker(it.services)
        assert not await speaker.voice_mode(PLACE, ADA.id)
        await set_(it, by=BOSS if scope != "person" else ADA, name="voice", value="on", scope=scope)
        assert await speaker.voice_mode(PLACE, ADA.id)


async def test_in_words_a_setting_is_typed_in_a_mention(tmp_path):
    async with desk(tmp_path) as it:
        await it.say("settings sampling scope:thread temperature:0.3")
        assert (await asked(it))[0]["temperature"] == 0.3


async def test_settings_take_one_query_for_all_four_scopes(tmp_path):
    async with desk(tmp_path) as it:
        seen = []
        reads = it.storage.database.read

        async def counted(work):
            seen.append(work)
            return await reads(work)

        it.storage.database.read = counted
        await asked(it)
        assert len(seen) == 3  # what was said, what is set, and whether there is more to find


async def test_how_likely_each_word_was_comes_as_a_file(tmp_path):
    async with desk(tmp_path) as it:
        await set_(it, name="logprobs", value="1")
        it.openai.answers.append("Paris it is")
        screen = await it.screen(it.asked("Capital?"))
        (file,) = screen.media
        assert file.name == "logprobs.json"
        assert [word["token"] for word in json.loads(file.content)] == ["Paris", " it", " is"]


async def test_json_is_shown_as_code_and_long_json_as_a_file(tmp_path):
    async with desk(tmp_path) as it:
        await set_(it, name="format", value="json")
        it.openai.answers.extend(['{"a": 1}', json.dumps({"a": "x" * 2_000})])
        assert (await it.screen(it.asked("short"))).text == '```json\n{"a": 1}\n```'
        screen = await it.screen(it.asked("long"))
        assert screen.text == "The answer is JSON of 2,009 characters, in the file."
        assert json.loads(screen.media[0].content) == {"a": "x" * 2_000}
        assert it.prompt()[1] == ("assistant", '{"a": 1}')


async def test_json_that_cannot_be_read_or_does_not_fit_its_schema_is_said_to_be_so(tmp_path):
    schema = {"type": "object", "required": ["name"], "properties": {"age": {"type": "integer"}}}
    async with desk(tmp_path) as it:
        await set_(it, name="format", value=json.dumps(schema))
        it.openai.answers.extend(
            ["{oops", '{"age": 3}', '{"name": "x", "age": "y"}', '{"name": 1}']
        )
        said = [(await it.screen(it.asked("x"))).text for _ in range(4)]
        assert "_This is no valid JSON: " in said[0]
        assert "schema: `name` is missing in the answer._" in said[1]
        assert "schema: `age` should be of type integer._" in said[2]
        assert said[3] == '```json\n{"name": 1}\n```'
        sent = it.openai.calls[-1].body["response_format"]
        assert sent["json_schema"]["schema"] == schema


async def test_an_answer_has_its_notices_beside_it(tmp_path):
    async with desk(tmp_path) as it:
        await it.services.preferences.put(PLACE.key, "persona", "gone")
        parts = [part async for part in it.reply(it.asked("hello"))]
        (notice,) = [part for part in parts if isinstance(part, Notice)]
        assert notice.text.startswith("There is no persona “gone” any more.")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"scope": "thread", "value": "channel"}, "decided before there is a thread"),
        ({"scope": "person", "value": "moon"}, "`where` is one of thread, channel, reply"),
    ],
)
async def test_where_an_answer_stands_is_for_a_person_a_channel_or_a_workspace(
    tmp_path, values, sentence
):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused) as refusal:
            await set_(it, name="where", **values)
        assert sentence in refusal.value.sentence


async def test_where_an_answer_stands_is_the_nearest_choice_of_three(tmp_path):
    async with desk(tmp_path) as it:
        of = Wheres(it.services.preferences).of
        assert await of(PLACE, ADA) == ""
        for scope, by, value in (
            ("workspace", BOSS, "reply"), ("person", ADA, "thread"), ("channel", BOSS, "channel"),
        ):  # fmt: skip
            assert f"where: {value}" in await set_(
                it, by=by, name="where", value=value, scope=scope
            )
            assert await of(PLACE, ADA) == value
        assert await of(Place("slack", "T1", "C2"), BOB) == "reply"
        assert "- where: channel (in this channel)" in await set_(it, "settings show")


async def test_where_nobody_can_look_the_operator_decides(tmp_path):
    async with desk(tmp_path) as it:

        class Broken:
            async def at(self, _scopes):
                raise StorageUnavailable("The database is locked.")

        await set_(it, by=BOSS, name="where", value="channel", scope="workspace")
        assert await Wheres(Broken()).of(PLACE, ADA) == ""


async def test_a_tier_is_sent_where_its_price_is_known(tmp_path):
    file = tmp_path / "models.toml"
    file.write_text(
        '[models."gpt-4o-mini"]\ntiers = { flex = { input = "0.075", output = "0.30" } }\n'
    )
    async with desk(tmp_path, catalogue=file) as it:
        for tier in ("flex", "default", "auto"):
            await set_(it, "settings other", scope="thread", service_tier=tier)
            assert (await asked(it))[0]["service_tier"] == tier
        with pytest.raises(Refused) as refusal:
            await set_(it, name="service_tier", value="priority")
        assert refusal.value.sentence == (
            "What gpt-4o-mini costs in the tier “priority” is not known, so only auto, default, "
            "flex can be chosen. An admin can give its prices in PARLEY_CATALOGUE (`tiers`)."
        )
        await set_(it, name="service_tier", value="flex")
        await set_(it, name="model", value="gpt-4.1-mini")
        body, (notice,) = await asked(it)
        assert "service_tier" not in body
        assert "So `service_tier` is left out." in notice
