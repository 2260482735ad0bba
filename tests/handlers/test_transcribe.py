"""Voice notes and recordings, written down and answered."""

import asyncio
import base64
import json
import re
from contextlib import aclosing

import msgspec
import pytest

from bot.commands import Typing
from bot.conversation.drafts import CONTINUE, REGENERATE
from bot.dispatch import dispatcher
from bot.dispatch.answering import Answering
from bot.errors import Refused
from bot.events import Attachment, Message, Place
from bot.media.probing import probe
from bot.openai.errors import OpenAIError
from bot.parts import Buttons, Card, File, Notice, Remove, Status, Text
from bot.screen import Screen
from bot.transcribing import fetching, wishes
from tests.dispatch.house import House, Stage
from tests.fakes.openai import Fault
from tests.fakes.openai_media import SPOKEN
from tests.handlers.desk import ADA, PLACE, desk
from tests.handlers.recordings import NOTE, TALK, asked, counting, posted, said, words
from tests.media.audio import noise, silence, write

TRANSCRIPTIONS = "/v1/audio/transcriptions"
LABELS = ["Summarise", "Ask", "Translate", "Subtitles", "Receipt"]


@pytest.fixture
def short(monkeypatch):
    """Pieces of a dozen seconds."""
    monkeypatch.setattr(wishes, "_LONGEST", 14.0)


def labels(screen):
    return [button.label for button in screen.buttons]


def heard(it):
    return [call for call in it.openai.calls if call.path == TRANSCRIPTIONS]


async def parts(it, run):
    return [part async for part in it.reply(run)]


async def test_what_is_spoken_to_parley_is_shown_and_answered_as_if_typed(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("Hello yourself.")
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        assert screen.text == (
            f"> {SPOKEN}\n\n_0:02 · $0.00015 · gpt-transcribe_\n\nHello yourself."
        )
        assert it.prompt() == [("user", SPOKEN)]
        assert labels(screen) == [REGENERATE.label, "Receipt"]
        await it.say("And?")
        assert it.prompt()[:2] == [("user", SPOKEN), ("assistant", "Hello yourself.")]


async def test_the_language_is_told_where_the_model_knows_it(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.languages = ["de"]
        screen = await it.screen(posted(it, {"r2": said(tmp_path / "a")}, TALK))
        assert screen.text == f"{SPOKEN}\n\n_German · 0:02 · $0.00015 · gpt-transcribe_"


async def test_what_is_heard_in_nothing_but_a_noise_is_shown_with_a_warning(tmp_path):
    content = write(tmp_path / "a", noise(3, 0.01)).read_bytes()
    async with desk(tmp_path) as it:
        it.openai.hears = lambda _: "Thanks for watching!"
        screen = await it.screen(posted(it, {"r2": content}, TALK))
        assert "Thanks for watching!" in screen.text
        assert "From 0:00 to 0:03 there is hardly more than an even noise" in screen.text
        it.openai.hears = lambda _: ""
        screen = await it.screen(posted(it, {"r2": content}, TALK, id_="voice2"))
        assert "Nobody says a word" in screen.text
        assert "noise" not in screen.text


async def test_regenerate_and_continue_keep_what_was_spoken_above_the_answer(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["old", "new ", "end"])
        await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        screen = await it.screen(it.pressed("regenerate", "voice1"))
        assert screen.text.startswith(f"> {SPOKEN}\n\n_0:02")
        assert screen.text.endswith("_\n\nnew ")
        screen = await it.screen(it.pressed("continue", "voice1"))
        assert screen.text.startswith(f"> {SPOKEN}\n\n")
        assert screen.text.endswith("_\n\nnew end")


async def test_a_recording_is_written_down_and_the_thread_knows_it(tmp_path):
    async with desk(tmp_path) as it:
        screen = await it.screen(posted(it, {"r2": said(tmp_path / "a")}, TALK))
        assert screen.text == f"{SPOKEN}\n\n_0:02 · $0.00015 · gpt-transcribe_"
        assert labels(screen) == LABELS
        assert [call.path for call in it.openai.calls] == [TRANSCRIPTIONS]
        await it.say("What did they say?")
        assert it.prompt()[0] == ("user", f"The recording “talk.wav” says:\n\n{SPOKEN}")


async def test_in_voice_mode_what_is_spoken_is_answered_in_text_and_voice(tmp_path):
    async with desk(tmp_path, speech={"model": "tts-1"}) as it:
        it.openai.answers.append("Hello **yourself**.")
        await it.services.preferences.put(PLACE.key, "voice", "on")
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        assert "Hello **yourself**." in screen.text
        [voice] = screen.media
        assert voice.seconds > 0
        assert it.openai.calls[-1].body["input"] == "Hello yourself."


async def test_in_voice_mode_what_is_answered_anew_or_goes_on_is_spoken_too(tmp_path):
    async with desk(tmp_path, speech={"model": "tts-1"}) as it:
        it.openai.answers.extend(["The first.", "The second,", "and more."])
        await it.services.preferences.put(PLACE.key, "voice", "on")
        first = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        screen = await it.screen(it.pressed("regenerate", "voice1"))
        assert "The second," in screen.text
        assert it.openai.calls[-1].body["input"] == "The second,"
        assert screen.media[0].content != first.media[0].content
        await it.screen(it.pressed("continue", "voice1"))
        assert it.openai.calls[-1].body["input"] == "The second,and more."


async def test_an_answer_that_cannot_be_spoken_stands_and_it_is_told(tmp_path):
    async with desk(tmp_path, speech={"model": "tts-1"}) as it:
        await it.services.preferences.put(PLACE.key, "voice", "on")
        it.openai.faults.extend([None, None, Fault(400, "invalid_value")])
        found = await parts(it, posted(it, {"r1": said(tmp_path / "a")}))
        screen = Screen()
        for part in found:
            screen.show(part)
        assert "You said:" in screen.text
        assert labels(screen) == [REGENERATE.label, "Receipt"]
        assert screen.cards == ()
        assert "was not spoken" in screen.notices[0].text


async def test_an_edited_question_is_answered_by_another_recording(tmp_path):
    async with desk(tmp_path, speech={"model": "tts-1"}) as it:
        it.openai.answers.extend(["The first.", "The second one."])
        await it.services.preferences.put(PLACE.key, "voice", "on")
        content = {"r1": said(tmp_path / "a")}
        first = await it.screen(posted(it, content, text="Is it so?"))
        edited = posted(it, content, text="Is it not?", id_="voice2", of="voice1")
        screen = await it.screen(edited)
        assert it.openai.calls[-1].body["input"] == "The second one."
        assert screen.media[0].seconds > first.media[0].seconds


async def test_out_of_voice_mode_nothing_is_spoken(tmp_path):
    async with desk(tmp_path, speech={"model": "tts-1"}) as it:
        await it.services.preferences.put("slack:T1:C1:", "voice", "on")
        await it.services.preferences.put(PLACE.key, "voice", "off")
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        assert screen.media == ()


async def test_a_question_with_a_recording_is_answered_from_it(tmp_path):
    async with desk(tmp_path) as it:
        run = posted(it, {"r2": said(tmp_path / "a")}, TALK, text="Who speaks?")
        await it.screen(run)
        assert it.prompt() == [
            ("user", f"The recording “talk.wav” says:\n\n{SPOKEN}\n\nWho speaks?")
        ]


async def test_in_a_channel_that_listens_it_is_only_written_down(tmp_path):
    async with desk(tmp_path) as it:
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}, addressed=False))
        assert screen.text.startswith(SPOKEN)
        assert labels(screen) == LABELS
        assert len(it.openai.calls) == 1
        assert await it.services.memory.recent(PLACE, 9) == []


async def test_an_admin_switches_it_on_for_a_channel_with_all_its_threads(tmp_path):
    async with desk(tmp_path) as it:
        assert it.services.commands["transcription"].access == "admin"
        for mode, now in (("show", "off"), ("on", "on"), ("show", "on"), ("off", "off")):
            screen = await it.screen(asked(it, {}, "transcription", mode=mode))
            assert f"**{now}**" in screen.text
            kept = await it.services.preferences.of("slack:T1:C1")
            assert kept.get("transcription", "off") == now


@pytest.mark.parametrize(
    ("shape", "name", "begins"),
    [
        ("srt", "talk.srt", "1\n00:00:00,000 --> 00:00:02,000\nHello, this is"),
        ("vtt", "talk.vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHello, this is"),
    ],
)
async def test_subtitles_come_from_a_model_that_tells_times_and_it_says_so(
    tmp_path, shape, name, begins
):
    async with desk(tmp_path) as it:
        run = asked(it, {"r2": said(tmp_path / "a")}, file=TALK, format=shape, language="German")
        screen = await it.screen(run)
        (file,) = screen.media
        assert (file.name, file.content.decode()[: len(begins)]) == (name, begins)
        assert "whisper-1 wrote this, as gpt-transcribe tells no times." in screen.text
        body = heard(it)[0].body
        assert (body["model"], body["response_format"]) == ("whisper-1", "verbose_json")
        assert body["language"] == "de"


@pytest.mark.parametrize(
    ("shape", "has"),
    [("json", {"text", "language", "duration"}),
     ("verbose", {"task", "text", "language", "duration", "segments"})],
)  # fmt: skip
async def test_json_comes_as_a_file_in_the_words_of_the_api(tmp_path, shape, has):
    async with desk(tmp_path) as it:
        run = asked(it, {"r2": said(tmp_path / "a")}, file=TALK, format=shape)
        (file,) = (await it.screen(run)).media
        facts = json.loads(file.content)
        assert file.name == "talk.json"
        assert set(facts) == has
        assert (facts["text"], facts["duration"]) == (SPOKEN, pytest.approx(2, abs=0.01))


async def test_who_speaks_is_told_by_a_model_that_knows(tmp_path):
    async with desk(tmp_path) as it:
        run = asked(it, {"r2": said(tmp_path / "a")}, file=TALK, speakers=True)
        screen = await it.screen(run)
        assert screen.text.startswith(f"**A:** {SPOKEN}\n\n")
        assert "as gpt-transcribe does not tell speakers apart." in screen.text
        assert heard(it)[0].body["response_format"] == "diarized_json"


def conversation(call):
    """Whoever says "one" says every other number; with samples they are known, else it is named
    anew in each piece.
    """
    heard = words(call.files[0]).split()
    names = call.body.get("known_speaker_names[]", [])
    labels = {}
    for word in heard:
        odd = word in {"one", "three", "five"}
        who = "known_A" if odd else "known_B"
        labels[odd] = labels.get(odd) or (who if who in names else "AB"[len(labels)])
    share = 14 / max(len(heard), 1)
    return [
        (share * at, share * (at + 1), labels[word in {"one", "three", "five"}], word)
        for at, word in enumerate(heard)
    ]


async def test_speakers_keep_their_names_through_all_pieces_by_samples_of_their_voices(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(wishes, "_LONGEST", 26.0)
    async with desk(tmp_path) as it:
        it.openai.diarizes = conversation
        run = asked(it, {"r2": counting(tmp_path / "a")}, file=TALK, speakers=True)
        screen = await it.screen(run)
        first, *others = heard(it)
        assert "known_speaker_names[]" not in first.body
        assert len(others) >= 2
        for call in others:
            assert call.body["known_speaker_names[]"] == ["known_A", "known_B"]
            for sample in call.body["known_speaker_references[]"]:
                kind, _, content = sample.partition(",")
                assert kind == "data:audio/ogg;base64"
                (tmp_path / "sample").write_bytes(base64.b64decode(content))
                assert 2 <= probe(tmp_path / "sample").seconds <= 10.1
        said_by = dict.fromkeys(re.findall(r"\*\*(\w+):\*\* (\w+)", screen.text))
        assert {("A", "one"), ("B", "two"), ("A", "three"), ("B", "four")} <= set(said_by)
        assert {who for who, _ in said_by} == {"A", "B"}
        assert "another letter" not in screen.text


async def test_after_a_kill_the_samples_of_what_was_heard_go_along_too(tmp_path, monkeypatch):
    monkeypatch.setattr(wishes, "_LONGEST", 26.0)
    content = {"r2": counting(tmp_path / "a")}
    async with desk(tmp_path) as it:
        it.openai.diarizes = conversation
        it.openai.faults.extend([None, *[Fault(hang=True)] * 2])
        reply = asyncio.create_task(parts(it, asked(it, content, file=TALK, speakers=True)))
        await it.openai.called(3)
        reply.cancel()
        await asyncio.wait([reply])
        screen = await it.screen(asked(it, content, file=TALK, speakers=True))
        first, *others = heard(it)
        assert all(call.body["known_speaker_names[]"] for call in others)
        assert first.files[0].content not in {call.files[0].content for call in others}
        assert "**A:** one" in screen.text


async def test_a_server_that_takes_no_samples_is_asked_without_and_doubts_are_told(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(wishes, "_LONGEST", 26.0)
    async with desk(tmp_path) as it:
        it.openai.diarizes = conversation
        it.openai.refuses = {"known_speaker_names[]", "known_speaker_references[]"}
        run = asked(it, {"r2": counting(tmp_path / "a")}, file=TALK, speakers=True)
        screen = await it.screen(run)
        assert screen.text.startswith("**A:** one")
        assert "may have spoken before, by another letter" in screen.text


async def test_it_is_translated_into_english(tmp_path):
    async with desk(tmp_path) as it:
        run = asked(it, {"r2": said(tmp_path / "a")}, file=TALK, translate=True, language="de")
        screen = await it.screen(run)
        assert screen.text.startswith(f"In English: {SPOKEN}\n\n_English · 0:02 ·")
        assert labels(screen) == ["Summarise", "Ask", "Subtitles", "Receipt"]
        (call,) = it.openai.calls
        assert call.path == "/v1/audio/translations"
        assert "language" not in call.body


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"translate": True, "speakers": True}, "choose one of the two"),
        ({"language": "Klingonish"}, "no language “Klingonish”"),
        ({"model": "gpt-transcribe", "format": "srt"}, "gpt-transcribe takes; it takes json"),
        ({"model": "gpt-transcribe", "translate": True}, "These models do: whisper-1"),
        ({"speakers": True, "prompt": "Ada"}, "takes no prompt"),
    ],
)
async def test_what_no_model_can_do_is_said_before_a_byte_is_moved(tmp_path, values, told):
    async with desk(tmp_path) as it:
        run = asked(it, {"r2": AssertionError("opened")}, file=TALK, **values)
        with pytest.raises(Refused, match=told):
            await it.screen(run)
        assert it.openai.calls == []


def video(path):
    return write(path, container="mp4", codec="aac", pictures=True).read_bytes()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: b"Dear all, this is no sound.", "is text, not sound"),
        (lambda path: b"", "This file is empty"),
        (video, "no sound in this file, only pictures"),
        (lambda path: said(path, container="mp4", codec="aac")[:200], "may have been cut short"),
        (lambda path: write(path, silence(3)).read_bytes(), "nothing to hear in “note.wav”"),
        (lambda path: Refused("“note.wav” is gone: it was deleted."), "it was deleted"),
    ],
    ids=["text", "empty", "pictures", "truncated", "silence", "deleted"],
)
@pytest.mark.parametrize("addressed", [True, False])
async def test_what_cannot_be_heard_ends_in_a_sentence_and_costs_nothing(
    tmp_path, make, told, addressed
):
    async with desk(tmp_path) as it:
        run = posted(it, {"r1": make(tmp_path / "a")}, addressed=addressed)
        with pytest.raises(Refused) as refusal:
            await it.screen(run)
        assert told in refusal.value.sentence
        assert it.openai.calls == []
        assert await it.rows() == []


async def test_a_video_is_heard_without_its_pictures(tmp_path):
    content = said(tmp_path / "a", seconds=3, container="mp4", codec="aac", pictures=True)
    async with desk(tmp_path) as it:
        it.openai.hears = words
        screen = await it.screen(posted(it, {"r2": content}, TALK))
        assert screen.text.startswith("one\n")
        (file,) = heard(it)[0].files
        assert (file.name, file.content[:4]) == ("recording.ogg", b"OggS")


async def test_what_was_cut_short_is_written_down_as_far_as_it_goes(tmp_path):
    content = said(tmp_path / "a", seconds=20)
    async with desk(tmp_path) as it:
        screen = await it.screen(posted(it, {"r2": content[: len(content) // 2]}, TALK))
        assert "_0:10 ·" in screen.text


@pytest.mark.parametrize("size", [0, 3 * 2**30])
async def test_a_file_beyond_the_limit_is_not_read_to_its_end(tmp_path, monkeypatch, size):
    """Whether the platform tells its size or not."""
    monkeypatch.setattr(fetching, "LARGEST", 2 * 2**30 if size else 100_000)
    read = 0

    async def endless(_file):
        nonlocal read
        while True:
            read += 50_000
            yield bytes(50_000)

    async with desk(tmp_path) as it:
        run = posted(it, {}, msgspec.structs.replace(TALK, size=size))
        run.open = endless
        with pytest.raises(Refused, match="is larger than the"):
            await it.screen(run)
        assert read == (0 if size else 150_000)
        assert not list(tmp_path.rglob("sound"))


async def test_a_disk_that_is_full_is_named(tmp_path, monkeypatch):
    async def full(_run, _file, _path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetching, "_written", full)
    async with desk(tmp_path) as it:
        with pytest.raises(Refused) as refusal:
            await it.screen(posted(it, {}))
        assert "disk is full" in refusal.value.sentence


async def test_a_long_recording_is_heard_in_pieces_and_joined_in_order(tmp_path, short):
    async with desk(tmp_path) as it:
        it.openai.hears = words
        found = await parts(it, posted(it, {"r2": counting(tmp_path / "a")}, TALK))
        cards = [part for part in found if isinstance(part, Card)]
        assert [round(card.progress, 1) for card in cards] == [0, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0]
        assert cards[1].markdown == "0:12 of 1:12"
        texts = [part.markdown for part in found if isinstance(part, Text)]
        assert texts == ["one two three four five six\n\n_1:12 · $0.005475 · gpt-transcribe_"]
        assert Remove("listening") in found
        assert len(heard(it)) == len(await it.rows()) == 6
        assert not list(tmp_path.rglob("*.ogg"))


async def test_no_more_than_three_pieces_are_heard_at_once(tmp_path, short):
    async with desk(tmp_path) as it:
        it.openai.faults.extend([Fault(hang=True)] * 3)
        reply = asyncio.create_task(parts(it, posted(it, {"r2": counting(tmp_path / "a")}, TALK)))
        await it.openai.called(3)
        assert it.openai.open_calls == 3
        assert len(list(tmp_path.rglob("*.ogg"))) <= 4
        it.openai.release()
        await reply
        assert len(heard(it)) == 6


async def test_silent_pieces_are_not_paid_for(tmp_path, short):
    sound = write(tmp_path / "a", noise(10, rate=16_000), silence(40, 16_000), rate=16_000)
    async with desk(tmp_path) as it:
        screen = await it.screen(posted(it, {"r2": sound.read_bytes()}, TALK))
        assert screen.text.startswith(SPOKEN)
        assert len(heard(it)) == 1


async def test_a_killed_attempt_is_gone_on_with_and_asks_only_for_what_is_missing(tmp_path, short):
    content = {"r2": counting(tmp_path / "a")}
    async with desk(tmp_path) as it:
        it.openai.hears = words
        it.openai.faults.extend([None, None, None, Fault(hang=True), Fault(hang=True)])
        first = posted(it, content, TALK)
        task = asyncio.create_task(_until_card(it, first, 3))
        await task
        paid = {call.files[0].content for call in heard(it)[:3]}
        screen = await it.screen(posted(it, content, TALK, attempt=2))
        assert screen.text == ("one two three four five six\n\n_1:12 · $0.005475 · gpt-transcribe_")
        again = [call.files[0].content for call in heard(it)[5:]]
        assert len(again) == 3
        assert not paid & set(again)


async def _until_card(it, run, number):
    async with aclosing(it.reply(run)) as reply:
        cards = 0
        async for part in reply:
            cards += isinstance(part, Card)
            if cards > number:
                await it.openai.called(5)
                return


@pytest.mark.parametrize("leaves", ["killed", "told to leave"])
async def test_the_next_process_goes_on_where_this_one_was(tmp_path, short, monkeypatch, leaves):
    monkeypatch.setattr(dispatcher, "DRAIN", 0)
    stage, place = Stage(), Place("stage", "w", "c", "t1")
    stage.files["r2"] = counting(tmp_path / "a")
    message = msgspec.structs.replace(posted(None, {}, TALK).event, place=place)
    async with desk(tmp_path) as it:
        it.openai.hears = words
        it.openai.faults.extend([None, None, None, *[Fault(hang=True)] * 3])
        house = _house(it, stage)
        await house.accept(message)
        await it.openai.called(6)
        await (house.crash() if leaves == "killed" else house.dispatcher.drain())
        await house.crash()
    async with desk(tmp_path) as it:
        it.openai.hears = words
        house = _house(it, stage)
        await stage.until(lambda stage: stage.posts)
        await house.settled()
        (text,) = stage.posts.values()
        assert text.startswith("one two three four five six\n\n_1:12 ·")
        assert len(heard(it)) == 3
        assert await house.open_rows() == 0
        await house.crash()


def _house(it, stage):
    """A process with all handlers, before a platform from a script."""
    return House(it.storage, [*it.services.commands.values(), *it.router._triggers], stage)


async def test_what_was_written_down_before_a_crash_is_neither_paid_nor_read_again(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.append("Hello")
        run = posted(it, {"r1": said(tmp_path / "a")})
        screen = await it.screen(run)
        again = posted(it, {"r1": AssertionError("opened")}, attempt=2, shown=screen.text)
        after = await it.screen(again)
        note = "_Parley was restarted while it wrote this. **Continue** goes on._"
        assert after.text == f"{screen.text}\n\n{note}"
        assert labels(after) == [REGENERATE.label, CONTINUE.label, "Receipt"]
        assert len(it.openai.calls) == 2
        assert (await it.services.memory.of("voice1"))[0].text == SPOKEN


async def test_killed_between_transcript_and_answer_it_is_answered_after_all(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.answers.extend(["lost", "Hello"])
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        quote = screen.text.removesuffix("\n\nlost")
        after = await it.screen(posted(it, {}, attempt=2, shown=quote))
        assert after.text == f"{quote}\n\nHello"


async def test_an_edit_of_the_words_beside_it_does_not_pay_for_the_sound_again(tmp_path):
    async with desk(tmp_path) as it:
        content = {"r2": said(tmp_path / "a")}
        await it.screen(posted(it, content, TALK, text="Whoo?"))
        run = posted(it, content, TALK, text="Who?", id_="voice2", of="voice1")
        await it.screen(run)
        assert len(heard(it)) == 1
        assert it.prompt()[-1][1].endswith("Who?")


async def test_what_was_heard_before_the_server_failed_is_shown(tmp_path, short):
    async with desk(tmp_path) as it:
        it.openai.hears = words
        it.openai.faults.extend([None, None, Fault(401, "invalid_api_key")])
        screen = await it.screen(posted(it, {"r2": counting(tmp_path / "a")}, TALK))
        assert "it broke off. The model's server did not accept Parley's API key" in screen.text
        assert screen.text.startswith("one")
        assert screen.cards == ()
        assert labels(screen) == LABELS


async def test_a_failure_before_the_first_word_is_an_error(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.append(Fault(401, "invalid_api_key"))
        with pytest.raises(OpenAIError):
            await it.screen(posted(it, {"r1": said(tmp_path / "a")}))


async def test_where_only_the_answer_fails_the_transcript_stays_with_its_buttons(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.faults.extend([None, Fault(401, "invalid_api_key")])
        screen = Screen()
        run = posted(it, {"r1": said(tmp_path / "a")})
        with pytest.raises(OpenAIError):
            await _shown(it.reply(run), screen)
        assert screen.text.startswith(f"> {SPOKEN}")
        assert labels(screen) == LABELS


async def _shown(reply, screen):
    async for part in reply:
        screen.show(part)


class Viewer:
    """Shows nothing, and waits for the end."""

    async def deliver(self, _delivery, screen):
        while not screen.done:
            await screen.changed()


@pytest.mark.parametrize(
    ("reason", "text"), [("person", "_Stopped._"), ("shutdown", ""), ("deleted", None)]
)
async def test_stopped_before_there_is_a_word_it_leaves_nothing_but_that(
    tmp_path, short, reason, text
):
    async with desk(tmp_path) as it:
        it.openai.faults.extend([Fault(hang=True)] * 3)
        run, screen = posted(it, {"r2": counting(tmp_path / "a")}, TALK), Screen()
        answering = Answering(run, None, screen)
        task = asyncio.create_task(answering.answer(it.reply(run), Viewer()))
        await it.openai.called(3)
        answering.stop(reason)
        await task
        assert answering.left_open == (reason == "shutdown")
        if text is not None:
            assert (screen.text, screen.cards) == (text, ())
        assert not list(tmp_path.rglob("sound"))


async def test_stopped_on_the_way_it_shows_what_was_heard(tmp_path, short):
    async with desk(tmp_path) as it:
        it.openai.hears = words
        it.openai.faults.extend([None, *[Fault(hang=True)] * 3])
        run, screen = posted(it, {"r2": counting(tmp_path / "a")}, TALK, text="What?"), Screen()
        answering = Answering(run, None, screen)
        task = asyncio.create_task(answering.answer(it.reply(run), Viewer()))
        await it.openai.called(4)
        answering.stop("person")
        await task
        assert screen.text.startswith("one\n\n_1:12")
        assert "At 0:12 it was stopped." in screen.text
        assert labels(screen) == LABELS
        assert len(it.openai.calls) == 4  # the question is not answered any more


async def test_several_recordings_are_named_and_what_fails_too(tmp_path):
    other = Attachment("r3", "broken.mp3", "audio/mpeg")
    contents = {"r1": said(tmp_path / "a"), "r2": said(tmp_path / "b"), "r3": b"text"}
    async with desk(tmp_path) as it:
        found = await parts(it, posted(it, contents, NOTE, other, TALK, addressed=False))
        texts = [part.markdown.partition("\n")[0] for part in found if isinstance(part, Text)]
        assert texts == ["**note.wav**", "**talk.wav**"]
        (notice,) = [part.text for part in found if isinstance(part, Notice)]
        assert notice.startswith("“broken.mp3”: This file is text")


async def test_a_long_transcript_is_a_file_with_its_beginning_in_the_message(tmp_path):
    long = "word " * 2_000
    async with desk(tmp_path) as it:
        it.openai.hears = lambda _: long
        screen = await it.screen(posted(it, {"r2": said(tmp_path / "a")}, TALK))
        (file,) = screen.media
        assert (file.name, file.content.decode()) == ("talk.txt", long.strip() + "\n")
        assert "(all of it is in the file)" in screen.text
        assert len(screen.text) < 2_000


async def test_where_nobody_says_a_word_it_is_said_and_not_answered(tmp_path):
    async with desk(tmp_path) as it:
        it.openai.hears = lambda _: ""
        screen = await it.screen(posted(it, {"r1": said(tmp_path / "a")}))
        assert screen.text.startswith("_Nobody says a word in this recording._")
        assert labels(screen) == ["Receipt"]
        assert len(it.openai.calls) == 1


async def test_the_recordings_of_a_message_are_written_down_by_its_menu(tmp_path):
    on = Message(id="m", place=PLACE, author=ADA, at=1.0, text="", source="1.0",
                 attachments=(Attachment("r9", "a.csv", "text/csv"), TALK))  # fmt: skip
    async with desk(tmp_path) as it:
        contents = {"r2": said(tmp_path / "a")}
        screen = await it.screen(asked(it, contents, "transcribe_message", on=on))
        assert screen.text.startswith(SPOKEN)
        bare = msgspec.structs.replace(on, attachments=())
        with pytest.raises(Refused, match="no recording in this message"):
            await it.screen(asked(it, {}, "transcribe_message", on=bare))


async def test_a_short_note_shows_only_that_parley_listens(tmp_path):
    async with desk(tmp_path) as it:
        found = await parts(it, posted(it, {"r1": said(tmp_path / "a")}, addressed=False))
        assert found[0] == Status("Listening…")
        assert not any(isinstance(part, Card) for part in found)
        assert isinstance(found[-1], Buttons)
        assert not any(isinstance(part, File) for part in found)


async def test_languages_and_models_are_suggested(tmp_path):
    async with desk(tmp_path) as it:
        options = {one.name: one for one in it.services.commands["transcribe"].options}

        async def values(option, text):
            typing = Typing(ADA, PLACE, "transcribe", option, text)
            return [choice.value for choice in await options[option].suggest(typing)]

        assert await values("language", "ger") == ["de"]
        assert await values("language", "DE") == ["de"]
        assert len(await values("language", "")) == 25
        assert (await values("model", "whisper"))[0] == "whisper-1"
        assert "gpt-4o-transcribe-diarize" in await values("model", "dia")


async def test_what_is_wished_goes_to_the_provider(tmp_path):
    async with desk(tmp_path, transcription={"model": "whisper-1"}) as it:
        wishes_ = {"language": "German", "prompt": "Parley, ACME", "temperature": 0.4}
        await parts(it, asked(it, {"r2": said(tmp_path / "a")}, file=TALK, **wishes_))
        [call] = heard(it)
        assert (call.body["language"], call.body["prompt"]) == ("de", "Parley, ACME")
        assert call.body["temperature"] == "0.4"
