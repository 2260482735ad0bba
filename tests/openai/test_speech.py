from contextlib import aclosing

import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.meter import Free
from bot.openai.speech import Speech, SpeechRequest
from tests.fakes.openai import Fault
from tests.fakes.openai_media import sound

TEXT = "Hello! Welcome to OpenAI's text-to-speech API."


@pytest.fixture
def speech(transport):
    return Speech(transport, catalogue.load())


def ask(model="tts-1", text=TEXT, voice="alloy", **facts):
    return SpeechRequest(model=model, input=text, voice=voice, user="abc", **facts)


async def spoken(speech, request, meter=None):
    async with aclosing(speech.stream(request, meter or Free())) as stream:
        return [piece async for piece in stream]


def content(pieces):
    return b"".join(piece.content for piece in pieces)


@pytest.mark.parametrize("shape", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
async def test_every_format_comes_as_its_bytes(fake, speech, shape):
    pieces = await spoken(speech, ask(response_format=shape, speed=1.5))
    assert content(pieces) == sound(fake.calls[0].body)
    assert fake.calls[0].body == {
        "model": "tts-1", "input": TEXT, "voice": "alloy", "response_format": shape, "speed": 1.5,
    }  # fmt: skip


async def test_the_first_sound_is_heard_before_the_last_is_spoken(fake, speech):
    fake.faults.append(Fault(stall_after=2))
    async with aclosing(speech.stream(ask(), Free())) as stream:
        first = await anext(stream)
        fake.release()
        rest = [piece async for piece in stream]
    assert content([first, *rest]) == sound(fake.calls[0].body)


async def test_a_model_that_tells_what_it_used_is_heard_by_events(fake, speech):
    asked = ask("gpt-4o-mini-tts", stream_format="sse", instructions="Whisper.", voice="marin")
    pieces = await spoken(speech, asked)
    assert content(pieces) == sound(fake.calls[0].body)
    usage = pieces[-1].usage
    assert (usage.prompt, usage.completion, usage.sound_completion) == (14, 101, 101)


@pytest.mark.parametrize("facts", [{}, {"stream_format": "sse", "model": "gpt-4o-mini-tts"}])
async def test_speech_that_breaks_off_is_never_whole(fake, speech, books, facts):
    fake.faults.append(Fault(cut_after=1))
    with pytest.raises(errors.StreamCut):
        await spoken(speech, ask(**facts), books)
    assert books.told == ["sending"]


async def test_events_that_end_too_soon_are_never_whole(fake, speech):
    fake.faults.append(Fault(end_after=1))
    with pytest.raises(errors.StreamCut):
        await spoken(speech, ask("gpt-4o-mini-tts", stream_format="sse"))


async def test_a_fault_before_the_first_byte_is_tried_again(fake, speech, books):
    fake.faults.append(Fault(503))
    assert content(await spoken(speech, ask(), books))
    assert books.told == ["sending", "ServerFailed", "sending"]


async def test_a_server_that_knows_no_events_gives_the_bytes(fake, speech):
    fake.refuses = {"stream_format"}
    pieces = await spoken(speech, ask("kokoro", voice="af_bella", stream_format="sse"))
    assert content(pieces) == sound(fake.calls[1].body)


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({"text": "x" * 4097}, "4,096"),
        ({"voice": "marin"}, "shimmer"),
        ({"response_format": "ogg"}, "flac"),
        ({"stream_format": "sse"}, "audio"),
    ],
)
async def test_what_the_model_does_not_take_is_told_before_it_costs(fake, speech, facts, allowed):
    with pytest.raises(WrongValue, match=allowed):
        await spoken(speech, ask(**facts))
    assert fake.calls == []


async def test_a_voice_of_ones_own_is_taken(fake, speech):
    await spoken(speech, ask(voice={"id": "voice_1234"}))
    assert fake.calls[0].body["voice"] == {"id": "voice_1234"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [('{"error": {"code": "insufficient_quota"}}', errors.QuotaSpent), ("", errors.Malformed)],
)
async def test_what_is_no_sound_is_told(fake, speech, body, kind):
    fake.faults.append(Fault(200, body=body, headers={"Content-Type": "application/json"}))
    with pytest.raises(kind):
        await spoken(speech, ask())
