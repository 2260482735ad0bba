"""Models: what there is, and which of them answers where."""

from datetime import date, datetime

import msgspec
import pytest

from bot import choosing
from bot.commands import Typing
from bot.desk.models import retirement
from bot.desk.models.known import Models
from bot.desk.models.retirement import Retirement
from bot.errors import Refused
from bot.events import Place
from bot.ports import PARLEY
from tests.fakes.openai import Fault
from tests.handlers.batches import card, given, pressed
from tests.handlers.desk import ADA, PLACE, desk

TOMORROW = '[models."fleeting"]\nretires = 2026-11-30\nprices = {input="1", output="2"}\n'


async def say(it, command, **values):
    return (await it.screen(given(it, command, **values))).text


async def test_models_are_listed_with_what_is_known_of_them(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models = ["whisper-1", "gpt-4o", "nobodys", "gpt-4o-mini"]
        text = await say(it, "models list")
        lines = text.splitlines()
        assert lines[0] == "**4 models**"
        assert lines[1].startswith("- `gpt-4o-mini` · chat · by fake · $0.15 read, $0.60 written")
        assert lines[1].endswith("**in use for chat**")
        assert lines[4] == "- `nobodys` · by fake"


async def test_they_are_searched_by_name_and_capability(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models = ["whisper-1", "gpt-4o", "gpt-4o-mini"]
        assert (await say(it, "models list", search="MINI")).startswith("**1 model**")
        assert "`whisper-1`" in await say(it, "models list", capability="transcription")
        assert await say(it, "models list", search="zzz") == "There is no such model."


async def test_a_long_list_goes_on_by_its_button(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models = [f"model-{n:02}" for n in range(30)]
        first = await it.screen(given(it, "models list", id_="l1"))
        second = await it.screen(pressed(it, "models_more", "l1", id_="l2"))
        assert (first.text.count("- `"), second.text.count("- `")) == (20, 10)
        assert ([b.label for b in first.buttons], second.buttons) == (["More"], ())


async def test_a_server_without_a_list_leaves_what_the_catalogue_knows(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(403))
        assert "`gpt-image-2`" in await say(it, "models list", capability="images")


async def test_one_is_shown_with_its_prices(tmp_path):
    async with desk(tmp_path) as it:
        shown = card(await it.screen(given(it, "models show", model="gpt-4o-mini")))
        assert "- $0.15: a million tokens read" in shown.markdown
        assert "- In a batch, half of that." in shown.markdown
        facts = dict(shown.fields)
        assert facts["Reads"] == "128,000 tokens"
        assert facts["In use for"] == "chat"


async def test_one_that_nobody_has_is_told(tmp_path):
    async with desk(tmp_path) as it:
        for command in ("models show", "models use"):
            with pytest.raises(Refused, match="no model “gpt-nothing” here"):
                await say(it, command, model="gpt-nothing")
        assert await choosing.model(it.services, PLACE, "chat") == "gpt-4o-mini"


async def test_a_model_is_chosen_here_and_everywhere_and_the_nearest_wins(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models.append("gpt-4o")
        text = await say(it, "models use", model="gpt-6-luna", where="everywhere")
        assert text == "**gpt-6-luna** is the model for chat in this workspace now."
        elsewhere = Place("slack", "T1", "C2", "2.2")
        assert await choosing.model(it.services, PLACE, "chat") == "gpt-6-luna"
        await say(it, "models use", model="gpt-4o")
        assert await choosing.model(it.services, PLACE, "chat") == "gpt-4o"
        assert await choosing.model(it.services, elsewhere, "chat") == "gpt-6-luna"
        await it.services.preferences.put(PLACE.key, "model", "of-the-thread")
        assert await choosing.model(it.services, PLACE, "chat") == "of-the-thread"
        await it.services.preferences.delete(PLACE.key, "model")
        assert "**in use for chat in this channel**" in await say(it, "models list")
        await say(it, "models use", model="usual")
        assert await choosing.model(it.services, PLACE, "chat") == "gpt-6-luna"


async def test_a_model_is_for_what_it_can_do(tmp_path):
    async with desk(tmp_path) as it:
        assert "for images" in await say(it, "models use", model="gpt-image-2")
        assert await choosing.model(it.services, PLACE, "images") == "gpt-image-2"
        with pytest.raises(Refused, match="gpt-image-2 does not serve chat/completions"):
            await say(it, "models use", model="gpt-image-2", capability="chat")
        with pytest.raises(Refused, match="whose model an operator sets"):
            await say(it, "models use", model="text-embedding-3-small")


async def test_a_model_without_a_price_is_taken_with_a_word(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.models.append("ft:gpt:acme")
        assert "booked as unknown" in await say(it, "models use", model="ft:gpt:acme")


async def test_a_picture_is_painted_by_the_model_of_the_channel(tmp_path):
    async with desk(tmp_path) as it:
        await say(it, "models use", model="gpt-image-1-mini", capability="images")
        await it.screen(given(it, "imagine", prompt="a fox", id_="i1"))
        assert it.openai.calls[-1].body["model"] == "gpt-image-1-mini"
        await it.screen(given(it, "imagine", prompt="a fox", model="gpt-image-2", id_="i2"))
        assert it.openai.calls[-1].body["model"] == "gpt-image-2"


async def test_a_text_is_read_aloud_by_the_model_of_the_channel(tmp_path):
    async with desk(tmp_path) as it:
        await say(it, "models use", model="tts-1-hd", capability="speech")
        await it.screen(given(it, "speak", text="Hello", id_="s1"))
        assert it.openai.calls[-1].body["model"] == "tts-1-hd"


async def test_who_may_look_and_who_may_choose(tmp_path):
    async with desk(tmp_path) as it:
        access = {name: it.services.commands[name].access
                  for name in ("models list", "models show", "models use")}  # fmt: skip
        assert [*access.values()] == ["everyone", "everyone", "admin"]


async def test_names_are_suggested(tmp_path):
    async with desk(tmp_path) as it:
        option = it.services.commands["models use"].options[0]
        found = await option.suggest(Typing(ADA, PLACE, "models use", "model", "LUNA"))
        assert [choice.value for choice in found] == ["gpt-6-luna"]


@pytest.fixture
def fleeting(tmp_path):
    models = tmp_path / "models.toml"
    models.write_text(TOMORROW)
    return {"chat_model": "fleeting", "catalogue": models}


async def warned(it, monkeypatch, today):
    """What is said on that day: (place, values)."""
    said = []

    async def accept(event):
        said.append(event)
        return "accepted"

    class Clock:
        @staticmethod
        def now(_zone):
            return datetime.combine(today, datetime.min.time())

    monkeypatch.setattr(retirement, "datetime", Clock)
    it.services.announce.accept = accept
    await Retirement(it.services, Models(it.services)).warn()
    return [event for event in said if event.values["capability"] == "chat"]


async def test_admins_hear_in_time_that_a_model_retires_and_each_time_once(
    tmp_path, fleeting, monkeypatch
):
    async with desk(tmp_path, **fleeting) as it:
        it.openai.models.append("fleeting")
        assert await warned(it, monkeypatch, date(2026, 11, 1)) == []
        where = msgspec.json.encode(PLACE).decode()
        await it.services.preferences.put(PLACE.payer, "alerts", where)
        await it.services.preferences.put("slack", "budget alerts", where)
        assert await warned(it, monkeypatch, date(2026, 6, 1)) == []
        (event,) = await warned(it, monkeypatch, date(2026, 11, 1))
        assert (event.place, event.by, event.author) == (PLACE, "parley", PARLEY)
        screen = await it.screen(given(it, "model_retires", **event.values))
        assert card(screen).title == "fleeting retires on 2026-11-30"
        assert await warned(it, monkeypatch, date(2026, 11, 2)) == []
        assert len(await warned(it, monkeypatch, date(2026, 11, 24))) == 1
        assert await warned(it, monkeypatch, date(2026, 11, 25)) == []


async def test_a_place_that_cannot_be_read_keeps_nobody_from_hearing(
    tmp_path, fleeting, monkeypatch
):
    async with desk(tmp_path, **fleeting) as it:
        it.openai.models.append("fleeting")
        await it.services.preferences.put("slack:T0", "alerts", "{")
        await it.services.preferences.put("slack:T1", "alerts", msgspec.json.encode(PLACE).decode())
        assert len(await warned(it, monkeypatch, date(2026, 11, 1))) == 1
