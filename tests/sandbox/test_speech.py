"""Speech: formats, voices, speed, limits; and that what is spoken is understood."""

import base64
import io
import json
import wave

import av
import openai
import pytest

from sandbox.speech import VOICES
from tests.sandbox.hearing import word_errors
from tests.sandbox.sentences import SPOKEN

TEXT = "Hello! Welcome."


async def spoken(client, text=TEXT, **options) -> bytes:
    options = {"model": "tts-1", "voice": "alloy", **options}
    return (await client.audio.speech.create(input=text, **options)).content


def seconds(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as file:
        rate = file.streams.audio[0].rate
        return sum(frame.samples for frame in file.decode(audio=0)) / rate


@pytest.mark.parametrize(
    ("kind", "codec", "media"),
    [
        ("mp3", {"mp3", "mp3float"}, "audio/mpeg"),
        ("opus", {"opus", "libopus"}, "audio/opus"),
        ("aac", {"aac"}, "audio/aac"),
        ("flac", {"flac"}, "audio/flac"),
        ("wav", {"pcm_s16le"}, "audio/wav"),
    ],
)
async def test_each_format_is_what_it_says(client, kind, codec, media):
    made = await client.audio.speech.with_raw_response.create(
        model="tts-1", voice="alloy", input=TEXT, response_format=kind
    )
    assert made.headers["content-type"] == media
    with av.open(io.BytesIO(made.content)) as file:
        assert file.streams.audio[0].codec_context.name in codec
    assert 0.8 < seconds(made.content) < 3


@pytest.mark.parametrize("text", ["...", "  "])
async def test_where_there_is_nothing_to_say_there_is_silence(client, text):
    assert seconds(await spoken(client, text)) > 0.1


async def test_pcm_is_24_khz_16_bit_mono_and_a_wav_says_so(client):
    pcm = await spoken(client, response_format="pcm")
    assert 0.8 < len(pcm) / 48_000 < 3
    with wave.open(io.BytesIO(await spoken(client, response_format="wav"))) as wav:
        assert (wav.getframerate(), wav.getsampwidth(), wav.getnchannels()) == (24_000, 2, 1)


async def test_speed_changes_how_long_it_takes(client):
    slow, fast = [
        seconds(await spoken(client, response_format="flac", speed=speed)) for speed in (0.5, 2)
    ]
    assert slow > 2 * fast


@pytest.mark.engines
async def test_every_voice_speaks_and_none_like_another(client):
    said = [await spoken(client, "Yes.", voice=v, response_format="pcm") for v in VOICES]
    assert len(set(said)) == len(VOICES) == 13


async def test_speech_comes_as_events_with_usage(client):
    async with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="coral",
        input=TEXT,
        stream_format="sse",
        response_format="mp3",
    ) as stream:
        lines = [line async for line in stream.iter_lines()]
    *deltas, done = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    whole = b"".join(base64.b64decode(event["audio"]) for event in deltas)
    assert 0.8 < seconds(whole) < 3
    assert done["type"] == "speech.audio.done"
    assert done["usage"]["total_tokens"] > done["usage"]["input_tokens"] > 0


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"input": "x" * 4097}, "input"),
        ({"input": ""}, "input"),
        ({"voice": "darth"}, "voice"),
        ({"voice": {"id": "voice_1"}}, "voice"),
        ({"speed": 0.2}, "speed"),
        ({"speed": 4.1}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"stream_format": "sse"}, "stream_format"),
    ],
)
async def test_what_cannot_be_spoken_is_named(client, wrong, param):
    with pytest.raises(openai.BadRequestError) as caught:
        await client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": TEXT, **wrong})  # fmt: skip  # noqa: E501
    assert caught.value.param == param


async def heard(client, content: bytes, name: str) -> str:
    return (await client.audio.transcriptions.create(model="whisper-1", file=(name, content))).text


async def test_the_same_text_sounds_the_same(client):
    assert await spoken(client, "Yes.") == await spoken(client, "Yes.")


@pytest.mark.engines
async def test_a_voice_note_is_understood(client):
    note = await spoken(client, SPOKEN[3], response_format="opus")
    wrong, words = word_errors(SPOKEN[3], await heard(client, note, "note.ogg"))
    assert wrong <= 0.1 * words


@pytest.mark.engines
@pytest.mark.timeout(300)
@pytest.mark.parametrize("voice", ["alloy", "onyx", "shimmer"])  # the lowest, the highest
async def test_at_most_a_tenth_of_the_words_of_a_long_note_are_misheard(client, voice):
    note = await spoken(client, " ".join(SPOKEN), voice=voice, response_format="opus")
    wrong, words = word_errors(" ".join(SPOKEN), await heard(client, note, "note.ogg"))
    assert wrong <= 0.1 * words
