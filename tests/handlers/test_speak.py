"""Texts and messages read aloud, over the app's own services and a provider on loopback."""

import asyncio
from contextlib import aclosing

import pytest

from bot.commands import Typing
from bot.errors import Refused
from bot.events import Invocation, Message
from bot.forgetting.archive import archive
from bot.media.probing import probe
from bot.openai.errors import OpenAIError
from bot.parts import Card, File, Voice
from bot.run import Run
from bot.screen import Screen
from tests.fakes.openai import Fault
from tests.handlers.desk import ADA, PLACE, desk

SPEECH = {"speech": {"model": "tts-1"}}


@pytest.fixture
async def it(tmp_path):
    async with desk(tmp_path, **SPEECH) as it:
        yield it


def asked(text="", command="speak", on=None, id_="d1", **values):
    if text:
        values["text"] = text
    event = Invocation(id="i1", place=PLACE, author=ADA, at=1.0, command=command, values=values,
                       on=on)  # fmt: skip
    return Run(event, id_)


def message(text):
    return Message(id="m1", place=PLACE, author=ADA, at=1.0, text=text, source="1.2")


async def parts(it, run):
    return [part async for part in it.reply(run)]


def only(found, kind):
    [part] = [part for part in found if isinstance(part, kind)]
    return part


async def test_a_text_is_spoken_as_a_recording_with_its_length_and_waveform(it):
    found = await parts(it, asked("Hello there, this is Parley."))
    voice = only(found, Voice)
    assert voice.seconds == pytest.approx(0.28, abs=0.05)
    assert max(voice.waveform) == 255
    assert probe(voice.content).codec.startswith("mp3")
    assert it.openai.calls[0].body["voice"] == "alloy"
    assert await it.rows() == [("settled", 0, 420)]


async def test_what_was_spoken_is_its_askers_to_export_and_to_forget(it):
    await parts(it, asked("Hello there."))
    assert b".mp3" in await archive(it.services, ADA.id)
    (kept,) = await it.services.forgetting.person(ADA.id)
    assert await it.services.works.files(kept.delivery)
    await it.services.forgetting.forget(kept.delivery)
    assert not await it.services.works.files(kept.delivery)
    assert await it.services.forgetting.person(ADA.id) == []


async def test_discord_gets_a_voice_message(it):
    run = asked("Hello there.")
    run.speaks = "opus"
    sound = probe(only(await parts(it, run), Voice).content)
    assert (sound.format, sound.codec) == ("ogg", "opus")


async def test_markdown_is_read_as_a_person_would_read_it(it):
    await parts(it, asked("# Plan\n\nSee [the **docs**](https://example.com)."))
    assert it.openai.calls[0].body["input"] == "Plan.\nSee the docs."


async def test_a_long_text_is_spoken_in_pieces_and_in_order(it):
    text = " ".join(f"This is sentence number {number}." for number in range(400))
    found = await parts(it, asked(text, voice="nova", speed=1.5))
    spoken = sorted(call.body["input"] for call in it.openai.calls)
    assert len(spoken) == 3
    assert all(len(piece) <= 4_096 for piece in spoken)
    assert {call.body["voice"] for call in it.openai.calls} == {"nova"}
    assert {call.body["speed"] for call in it.openai.calls} == {1.5}
    progress = [part.progress for part in found if isinstance(part, Card)]
    assert progress == pytest.approx([0, 1 / 3, 2 / 3, 1])
    whole = only(found, Voice)
    assert whole.seconds == pytest.approx(sum(map(len, spoken)) / 100, abs=0.5)


async def test_a_format_that_is_asked_for_comes_as_a_file(it):
    file = only(await parts(it, asked("Hello.", format="flac")), File)
    assert file.name == "speech.flac"
    assert it.openai.calls[0].body["response_format"] == "flac"


async def test_the_message_that_the_shortcut_was_used_on_is_read(it):
    await parts(it, asked(on=message("Good morning.")))
    assert it.openai.calls[0].body["input"] == "Good morning."


async def test_without_a_text_the_last_message_is_read(it):
    async def history():
        return [message("first"), message("the last"), message("")]

    run = asked()
    run.history = history
    await parts(it, run)
    assert it.openai.calls[0].body["input"] == "the last."


async def test_with_nothing_to_read_it_says_what_to_write(it):
    with pytest.raises(Refused) as refused:
        await parts(it, asked())
    assert "/speak" in refused.value.sentence


@pytest.mark.parametrize("text", ["", "---", "x" * 50_001])
async def test_what_cannot_be_read_is_refused_before_anything_is_paid(it, text):
    with pytest.raises(Refused):
        await parts(it, asked(on=message(text)))
    assert it.openai.calls == []


async def test_a_voice_that_the_model_has_not_is_refused_with_those_it_has(it):
    with pytest.raises(Refused) as refused:
        await parts(it, asked("Hello.", voice="marin"))
    assert "alloy" in refused.value.sentence
    assert it.openai.calls == []


async def test_voices_are_those_of_the_model_that_is_chosen(it):
    option = next(o for o in it.services.commands["speak"].options if o.name == "voice")

    async def offered(**chosen):
        typing = Typing(ADA, PLACE, "speak", "voice", "", chosen)
        return {choice.value for choice in await option.suggest(typing)}

    assert "marin" not in await offered()
    assert "marin" in await offered(model="gpt-4o-mini-tts")


async def test_a_failed_piece_ends_the_others_and_is_told(it):
    it.openai.faults.append(Fault(400, "invalid_value"))
    with pytest.raises(OpenAIError):
        await parts(it, asked("Hello."))


async def test_a_killed_attempt_pays_only_for_what_was_missing(it):
    text = " ".join(f"This is sentence number {number}." for number in range(400))
    kept = {}

    async def once(step, call):
        if step not in kept:
            kept[step] = await call()
        return kept[step]

    first = asked(text)
    first.once = once
    it.openai.faults += [None, None, Fault(400, "invalid_value")]
    with pytest.raises(OpenAIError):
        await parts(it, first)
    it.openai.calls.clear()
    done = len(kept)
    again = asked(text)
    again.once = once
    only(await parts(it, again), Voice)
    assert len(it.openai.calls) == 3 - done


async def test_stopped_it_says_so_and_shows_nothing(it):
    run, screen = asked("Hello."), Screen()
    it.openai.faults.append(Fault(stall_after=0))

    async def show():
        async with aclosing(it.reply(run)) as reply:
            async for part in reply:
                screen.show(part)

    task = asyncio.create_task(show())
    while not it.openai.calls:
        await asyncio.sleep(0)
    run.stopped = "person"
    task.cancel()
    await task
    assert (screen.text, screen.cards, screen.media) == ("_Stopped._", (), ())


async def test_voice_mode_is_a_threads_own(it):
    async def said(place=PLACE, **values):
        event = Invocation(id="i", place=place, author=ADA, at=1.0, command="voice", values=values)
        return (await it.screen(Run(event, "d"))).text

    assert "off" in await said()
    assert "**on**" in await said(mode="on")
    assert "**on**" in await said()
    other = type(PLACE)(PLACE.platform, PLACE.workspace, PLACE.channel, "2.2")
    assert "**off**" in await said(other)


async def test_a_recording_larger_than_the_platform_takes_is_made_smaller(it):
    run = asked("word " * 300)
    run.largest = 60_000
    found = await parts(it, run)
    voice = only(found, Voice)
    assert voice.content.stat().st_size <= 60_000
    assert voice.seconds == pytest.approx(15, abs=0.2)
    assert "In lower quality" in found[-2].markdown


@pytest.mark.parametrize(
    ("form", "most", "becomes"),
    [("wav", 10**7, "wav"), ("wav", 1_500_000, "flac"), ("wav", 200_000, "mp3"),
     ("flac", 200_000, "mp3")],
)  # fmt: skip
async def test_a_file_larger_than_the_platform_takes_comes_in_a_smaller_format(
    it, form, most, becomes
):
    run = asked("word " * 900, format=form)
    run.largest = most
    found = await parts(it, run)
    file = only(found, File)
    assert file.name == f"speech.{becomes}"
    assert probe(file.content).codec.startswith({"wav": "pcm"}.get(becomes, becomes))
    assert file.content.stat().st_size <= most
    told = f"As {becomes.upper()}, as the {form.upper()} is too large"
    assert (told in found[-2].markdown) is (becomes != form)
