"""Transcription and translation: forms, times, limits."""

import io
import re
import wave

import numpy as np
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.subtitles import srt, vtt

TEXT = "The quick brown fox jumps over the lazy dog."


@pytest.fixture(scope="session")
def note(base_url) -> bytes:
    """TEXT, a second of silence, TEXT, as wav."""
    with openai.OpenAI(api_key="sk-sandbox", base_url=base_url) as client:
        said = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format="pcm")  # fmt: skip  # noqa: E501
    return wav(said.content + bytes(48_000) + said.content)


def wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(24_000)
        out.writeframes(pcm)
    return file.getvalue()


async def heard(client, content: bytes, name: str = "note.wav", **options):
    options = {"model": "whisper-1", **options}
    return await client.audio.transcriptions.create(file=(name, content), **options)


def brief(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


async def test_words_and_segments_stand_where_they_were_said(client, note):
    made = await heard(
        client, note, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    length = (len(note) - 44) / 48_000
    assert made.duration == pytest.approx(length, abs=0.05)
    assert (made.language, made.usage.seconds) == ("english", -(-made.duration // 1))
    foxes = [word for word in made.words if brief(word.word) == "fox"]
    assert len(foxes) == 2
    apart = foxes[1].start - foxes[0].start
    assert apart == pytest.approx((length - 1) / 2 + 1, abs=0.35)
    assert all(0 <= word.start <= word.end <= length + 0.01 for word in made.words)
    assert all(0 <= s.start < s.end <= length + 0.01 for s in made.segments)
    assert made.segments[0].tokens


@pytest.mark.engines
async def test_the_forms_say_the_same(client, note):
    made = await heard(client, note, response_format="verbose_json")
    plain = made.text
    assert brief(plain).count("brown fox jumps over the lazy dog") == 2
    assert made.segments
    assert made.words is None  # which nobody asked for
    assert (await heard(client, note, response_format="text")).strip() == plain
    subtitles = await heard(client, note, response_format="srt")
    assert re.match(r"1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n", subtitles)
    web = await heard(client, note, response_format="vtt")
    assert re.match(r"WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\n", web)
    for text in (subtitles, web):
        said = [line for line in text.splitlines() if re.match(r"[A-Za-z ]", line)]
        assert brief(" ".join(said).removeprefix("WEBVTT")) == brief(plain)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # by OpenAI, in 2027
async def test_a_translation_is_english(client, note):
    made = await client.audio.translations.create(
        model="whisper-1", file=("note.wav", note), response_format="verbose_json"
    )
    assert "lazy dog" in made.text.lower()
    assert made.language == "english"


async def test_newer_models_stream_and_count_tokens(client, note):
    stream = await heard(client, note, model="gpt-4o-mini-transcribe", stream=True)
    *deltas, done = [event async for event in stream]
    assert "".join(event.delta for event in deltas).strip() == done.text
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens


@pytest.mark.engines
async def test_silence_is_not_made_up_into_words(client):
    quiet = np.random.default_rng(1).integers(-3, 3, 48_000).astype("<i2").tobytes()
    assert len((await heard(client, wav(quiet))).text.split()) <= 3


@pytest.mark.parametrize(
    ("content", "options", "param"),
    [
        (b"RIFF no sound", {}, "file"),
        (b"", {}, "file"),
        (wav(bytes(1000)), {}, "file"),
        (b"x", {"name": "a.txt"}, "file"),
        (b"x", {"response_format": "docx"}, "response_format"),
        (b"x", {"model": "gpt-4o-transcribe", "response_format": "srt"}, "response_format"),
        (b"x", {"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        (b"x", {"temperature": 2}, "temperature"),
        (b"x", {"language": "english"}, "language"),
        (wav(bytes(48_000)), {"language": "de"}, "language"),
    ],
)
async def test_what_cannot_be_heard_is_named(client, content, options, param):
    with pytest.raises(openai.BadRequestError) as caught:
        await heard(client, content, **options)
    assert caught.value.param == param


async def test_more_than_25_mb_are_refused(client):
    with pytest.raises(openai.APIStatusError, match="26214400") as caught:
        await heard(client, bytes(26_214_401))
    assert caught.value.status_code == 413


TIMES = st.floats(0, 99 * 3600)


@given(st.lists(st.tuples(TIMES, TIMES), max_size=5))
def test_subtitles_keep_every_time_to_the_millisecond(times):
    segments = [{"start": start, "end": end, "text": " Hi "} for start, end in times]
    for text, point in ((srt(segments), ","), (vtt(segments), ".")):
        found = re.findall(rf"(\d\d):(\d\d):(\d\d)\{point}(\d\d\d)", text)
        read = [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in found]
        assert read == pytest.approx([t for pair in times for t in pair], abs=0.00051)
