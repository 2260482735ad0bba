"""The buttons under a transcript."""

import asyncio

import pytest

from bot.errors import Refused
from bot.parts import RECEIPT, Card, Text
from bot.transcribing import wishes
from tests.fakes.openai import Fault
from tests.fakes.openai_media import SPOKEN
from tests.handlers.desk import PLACE, desk
from tests.handlers.recordings import NOTE, TALK, asked, counting, posted, said, words

SMALL = '[models."small"]\ncontext = 1200\nmax_output = 400\nprices = {input="1", output="1"}\n'


async def written(it, tmp_path, file=TALK, **values):
    """A transcript, as delivery `asked1`."""
    contents = {file.reference: said(tmp_path / "a")}
    await it.screen(asked(it, contents, file=file, **values))
    it.openai.calls.clear()


def pressed(it, command, contents=(), of="asked1", **values):
    return asked(it, dict(contents), command, of=of, id_="press1", **values)


@pytest.mark.parametrize("command", ["summarise", "ask_recording", "translate", "subtitles"])
async def test_every_button_answers_below_and_says_when_the_transcript_is_gone(tmp_path, command):
    async with desk(tmp_path) as it:
        assert it.services.commands[command].apart
        with pytest.raises(Refused, match="30 days"):
            await it.screen(pressed(it, command, question="What?"))


async def test_a_transcript_is_summed_up(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        it.openai.answers.append("They say hello.")
        screen = await it.screen(pressed(it, "summarise"))
        assert screen.text == "They say hello."
        assert screen.buttons == (RECEIPT,)
        ((_, question),) = it.prompt()
        assert question.startswith("Summarise it")
        assert question.endswith(SPOKEN)


async def test_a_question_is_answered_from_it_and_the_thread_goes_on_from_there(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        it.openai.answers.append("Somebody friendly.")
        screen = await it.screen(pressed(it, "ask_recording", question="Who\nspeaks?"))
        assert screen.text == "> Who\n> speaks?\n\nSomebody friendly."
        await it.say("Sure?")
        assert it.prompt()[:2] == [
            ("user", "About the recording: Who\nspeaks?"), ("assistant", "Somebody friendly."),
        ]  # fmt: skip


async def long(it, tmp_path):
    it.openai.hears = lambda _: "This is a sentence of the recording. " * 150
    await written(it, tmp_path)


@pytest.fixture
def small(tmp_path):
    """A model that reads about a fifth of it at once."""
    models = tmp_path / "models.toml"
    models.write_text(SMALL)
    return {"chat_model": "small", "catalogue": models}


async def test_what_is_longer_than_the_model_reads_is_read_in_parts(tmp_path, small):
    async with desk(tmp_path, **small) as it:
        await long(it, tmp_path)
        it.openai.answers.extend([f"note {n}" for n in range(1, 20)])
        found = [part async for part in it.reply(pressed(it, "summarise"))]
        cards = [part.progress for part in found if isinstance(part, Card)]
        assert cards == sorted(cards)
        assert cards[-1] == 1.0
        asked_for = [call.body["messages"][1]["content"] for call in it.openai.calls]
        *parts, last = asked_for
        assert len(parts) == len(cards) > 2
        assert all(f"of {len(parts)}" in part for part in parts)
        assert all(f"note {number}" in last for number in range(1, len(parts) + 1))


async def test_killed_on_the_way_it_pays_only_for_the_parts_that_are_missing(tmp_path, small):
    async with desk(tmp_path, **small) as it:
        await long(it, tmp_path)
        it.openai.faults.extend([None, None, None, Fault(401, "invalid_api_key")])
        with pytest.raises(Exception, match="401"):
            await it.screen(pressed(it, "summarise"))
        paid = [call.body["messages"][1]["content"] for call in it.openai.calls[:3]]
        before = len(it.openai.calls)
        await it.screen(pressed(it, "summarise"))
        again = [call.body["messages"][1]["content"] for call in it.openai.calls[before:]]
        assert not set(paid) & set(again)


async def test_stopped_while_it_writes_it_says_so(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        it.openai.faults.append(Fault(stall_after=1))
        run, texts = pressed(it, "summarise"), []

        async def read():
            async for part in it.reply(run):
                texts.extend([part.markdown] if isinstance(part, Text) else [])

        task = asyncio.create_task(read())
        await it.openai.called(1)
        run.stopped = "person"
        task.cancel()
        await task
        assert texts == ["_Stopped._"]


async def test_it_is_translated_from_the_recording_itself(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        run = pressed(it, "translate", {"r2": said(tmp_path / "a")})
        screen = await it.screen(run)
        assert screen.text.startswith(f"In English: {SPOKEN}")
        labels = [button.label for button in screen.buttons]
        assert labels == ["Summarise", "Ask", "Subtitles", "Receipt"]
        summed = pressed(it, "summarise", of="press1")
        await it.screen(summed)
        assert "In English" in it.prompt()[0][1]


async def test_what_is_in_english_is_not_paid_for_again(tmp_path):
    async with desk(tmp_path) as it:
        contents = {"r2": said(tmp_path / "a")}
        run = asked(it, contents, file=TALK, model="whisper-1")  # which tells the language
        screen = await it.screen(run)
        assert "Translate" not in [button.label for button in screen.buttons]
        it.openai.calls.clear()
        with pytest.raises(Refused, match="in English already"):
            await it.screen(pressed(it, "translate"))
        assert it.openai.calls == []


async def test_a_recording_that_is_gone_cannot_be_translated(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        gone = {"r2": Refused("“talk.wav” is gone: it was deleted.")}
        with pytest.raises(Refused, match="it was deleted"):
            await it.screen(pressed(it, "translate", gone))


async def test_subtitles_are_free_where_the_times_are_known(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path, format="verbose")
        screen = await it.screen(pressed(it, "subtitles"))
        (file,) = screen.media
        assert file.name == "talk.srt"
        assert file.content.decode().startswith("1\n00:00:00,000 -->")
        assert it.openai.calls == []


async def test_else_a_model_that_tells_times_listens_again(tmp_path):
    async with desk(tmp_path) as it:
        await written(it, tmp_path)
        screen = await it.screen(pressed(it, "subtitles", {"r2": said(tmp_path / "a")}))
        (file,) = screen.media
        assert file.content.decode().startswith("1\n00:00:00,000 -->")
        assert "whisper-1 wrote this" in screen.text
        assert it.openai.calls[0].body["model"] == "whisper-1"


async def test_subtitles_of_a_long_recording_go_on_where_a_piece_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(wishes, "_LONGEST", 14.0)
    async with desk(tmp_path) as it:
        it.openai.hears = words
        contents = {"r2": counting(tmp_path / "a", numbers=3)}
        run = asked(it, contents, file=TALK, format="srt")
        (file,) = (await it.screen(run)).media
        lines = file.content.decode().split("\n")
        assert [line for line in lines if line in {"one", "two", "three"}] == [
            "one", "two", "three",
        ]  # fmt: skip
        starts = [line.partition(" ")[0] for line in lines if "-->" in line]
        assert [start[:8] for start in starts] == ["00:00:00", "00:00:11", "00:00:23"]


async def test_buttons_of_a_note_that_was_posted_know_all_of_its_recordings(tmp_path):
    async with desk(tmp_path) as it:
        contents = {"r1": said(tmp_path / "a"), "r2": said(tmp_path / "b")}
        await it.screen(posted(it, contents, NOTE, TALK, addressed=False))
        await it.screen(pressed(it, "summarise", of="voice1"))
        assert it.prompt()[0][1].count(SPOKEN) == 2
        assert await it.services.memory.recent(PLACE, 9) == []
