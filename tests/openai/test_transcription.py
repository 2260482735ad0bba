from contextlib import aclosing

import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.meter import Free
from bot.openai.transcription import TranscriptionRequest, Transcriptions, TranslationRequest
from bot.openai.uploads import Upload
from tests.fakes.openai import Fault
from tests.fakes.openai_media import SPOKEN

NOTE = Upload.content("note.ogg", b"OggS" * 1000)


@pytest.fixture
def heard(transport):
    return Transcriptions(transport, catalogue.load())


def ask(model="whisper-1", file=NOTE, **facts):
    return TranscriptionRequest(model=model, file=file, user="abc", **facts)


async def streamed(heard, request, meter=None):
    async with aclosing(heard.stream(request, meter or Free())) as stream:
        return [one async for one in stream]


async def test_a_note_is_transcribed(fake, heard):
    facts = {"language": "en", "prompt": "Parley", "temperature": 0.2}
    answer = await heard.create(ask("gpt-transcribe", keywords=("Ada", "Bob"), **facts), Free())
    assert answer.text == SPOKEN
    assert (answer.usage.prompt, answer.usage.sound_prompt) == (25, 25)
    assert fake.calls[0].body == {
        "model": "gpt-transcribe", "language": "en", "prompt": "Parley", "temperature": "0.2",
        "keywords[]": ["Ada", "Bob"],
    }  # fmt: skip
    (file,) = fake.calls[0].files
    assert (file.field, file.name, file.media_type) == ("file", "note.ogg", "audio/ogg")
    assert file.content == b"OggS" * 1000


@pytest.mark.parametrize(
    ("shape", "begins"), [("text", SPOKEN), ("srt", "1\n00:00:00,000"), ("vtt", "WEBVTT\n")]
)
async def test_plain_formats_come_as_they_are(heard, shape, begins):
    answer = await heard.create(ask(response_format=shape), Free())
    assert answer.text.startswith(begins)
    assert answer.text.endswith(SPOKEN)


async def test_times_of_words_and_segments_are_told(fake, heard):
    granularities = ("word", "segment")
    answer = await heard.create(
        ask(response_format="verbose_json", timestamp_granularities=granularities), Free()
    )
    assert (answer.segments[0].start, answer.segments[0].end) == (0.0, 2.5)
    assert answer.words[0].word == "Hello"
    assert (answer.language, answer.duration, answer.usage.seconds) == ("english", 2.5, 2.5)
    assert fake.calls[0].body["timestamp_granularities[]"] == ["word", "segment"]


async def test_speakers_are_told_apart(fake, heard):
    asked = ask("gpt-4o-transcribe-diarize", response_format="diarized_json")
    answer = await heard.create(asked, Free())
    assert answer.segments[0].speaker == "A"
    assert fake.calls[0].body["chunking_strategy"] == "auto"  # else 30 s is all it takes


async def test_a_transcript_comes_as_it_is_made(fake, heard):
    pieces = await streamed(heard, ask("gpt-transcribe"))
    assert "".join(piece.delta for piece in pieces) == SPOKEN
    assert pieces[-1].transcript.text == SPOKEN
    assert pieces[-1].transcript.usage.sound_prompt == 25
    assert fake.calls[0].body["stream"] == "true"


async def test_a_speakers_segment_comes_as_it_is_made(heard):
    asked = ask("gpt-4o-transcribe-diarize", response_format="diarized_json")
    pieces = await streamed(heard, asked)
    assert [piece.segment.speaker for piece in pieces if piece.segment] == ["A"]


async def test_a_model_that_does_not_stream_gives_the_whole(fake, heard):
    (only,) = await streamed(heard, ask())
    assert only.transcript.text == SPOKEN
    assert "stream" not in fake.calls[0].body


@pytest.mark.parametrize("refuses", [set(), {"stream"}])
async def test_a_server_that_knows_no_streams_gives_the_whole(fake, heard, refuses):
    fake.streams, fake.refuses = False, refuses
    (only,) = await streamed(heard, ask("faster-whisper"))
    assert only.transcript.text == SPOKEN


@pytest.mark.parametrize("fault", [Fault(cut_after=2), Fault(end_after=2)])
async def test_a_transcript_that_breaks_off_is_never_whole(fake, heard, books, fault):
    fake.faults.append(fault)
    with pytest.raises(errors.StreamCut):
        await streamed(heard, ask("gpt-transcribe"), books)
    assert books.told == ["sending"]


async def test_a_fault_is_tried_again_with_the_whole_file(fake, heard):
    fake.faults.extend([Fault(503), None])
    await heard.create(ask(), Free())
    assert [call.files[0].content for call in fake.calls] == [b"OggS" * 1000] * 2


async def test_other_languages_are_translated_into_english(fake, heard):
    answer = await heard.translate(
        TranslationRequest(model="whisper-1", file=NOTE, response_format="text"), Free()
    )
    assert answer.text == f"In English: {SPOKEN}"
    assert fake.calls[0].path == "/v1/audio/translations"


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({"file": Upload.content("a.txt", b"x")}, "flac"),
        ({"file": Upload("a.mp3", lambda: None, 26_214_401)}, "25 MB"),
        ({"model": "gpt-transcribe", "response_format": "srt"}, "json"),
        ({"temperature": 2.0}, "0 to 1"),
    ],
)
async def test_what_the_model_does_not_take_is_told_before_it_costs(fake, heard, facts, allowed):
    with pytest.raises(WrongValue, match=allowed):
        await heard.create(ask(**facts), Free())
    assert fake.calls == []


@pytest.mark.parametrize("shape", ["text", None])
async def test_a_text_in_json_is_the_text(fake, heard, shape):
    json = {"Content-Type": "application/json"}
    fake.faults.append(Fault(200, body='"Hallo"', headers=json))
    assert (await heard.create(ask(response_format=shape), Free())).text == "Hallo"


async def test_usage_may_be_counted_in_seconds(fake, heard):
    body = '{"text": "a", "usage": {"type": "duration", "seconds": 3}}'
    fake.faults.append(Fault(200, body=body))
    assert (await heard.create(ask("gpt-transcribe"), Free())).usage.seconds == 3


async def test_the_language_that_was_heard_is_told_by_either_name(fake, heard):
    fake.faults.append(Fault(200, body='{"text": "a", "languages": [{"code": "de"}]}'))
    assert (await heard.create(ask("gpt-transcribe"), Free())).language == "de"


async def test_a_duration_that_is_text_is_a_number(fake, heard):
    fake.faults.append(Fault(200, body='{"text": "a", "duration": "2.5"}'))
    assert (await heard.create(ask(response_format="verbose_json"), Free())).duration == 2.5
