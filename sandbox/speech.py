"""`POST /v1/audio/speech`: sound as it is spoken, or as events."""

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import Meta, Struct

from sandbox.answers import FAULT, Events
from sandbox.call import CALL, estimate, person
from sandbox.engines.choice import CHOICE
from sandbox.errors import APIError, invalid
from sandbox.faults import STREAMED
from sandbox.requests import decode

LONGEST = 4096  # characters
VOICES = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
)  # fmt: skip
TYPES = {
    "mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac", "flac": "audio/flac",
    "wav": "audio/wav", "pcm": "audio/pcm",
}  # fmt: skip
AUDIO_TOKENS = 20.8  # a second of speech, by OpenAI's price list: 0.00025 USD at 12 USD a million
OLD = {"tts-1", "tts-1-hd"}  # take no instructions, send no events


class SpeechRequest(Struct, forbid_unknown_fields=True):
    model: str
    input: Annotated[str, Meta(min_length=1)]
    voice: str | dict[str, Any]
    instructions: str | None = None  # taken; the engines cannot act
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: Annotated[float, Meta(ge=0.25, le=4)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"
    user: str | None = None
    safety_identifier: str | None = None


async def speech(http: web.Request) -> web.StreamResponse:
    request = decode(await http.read(), SpeechRequest)
    _check(request)
    call = http[CALL]
    model = call.admit(request.model, "speech", estimate(request.input))
    engine = call.app[CHOICE]["speech"]
    voice = request.voice
    spoken = engine.iterate(
        lambda e: e.speak(request.input, voice, request.speed, request.response_format)
    )
    async with aclosing(spoken) as pieces:
        first = await anext(pieces, b"")  # what cannot be spoken fails here, before the headers
        usage = _usage(request)
        call.book(model, {"characters": len(request.input), **usage}, person(request))
        if request.stream_format == "sse":
            return await _events(http, first, pieces, usage)
        return await _sound(http, request, first, pieces)


def _check(request: SpeechRequest) -> None:
    if len(request.input) > LONGEST:
        text = f"String should have at most {LONGEST} characters; it has {len(request.input)}."
        raise APIError(400, text, param="input", code="string_above_max_length")
    if request.voice not in VOICES:
        text = f"Invalid value: {request.voice!r}. Supported voices are: {', '.join(VOICES)}."
        raise invalid("voice", text)
    if request.model in OLD and request.stream_format == "sse":
        raise invalid("stream_format", f"'sse' is not supported with {request.model}.")


def _usage(request: SpeechRequest) -> dict[str, float]:
    """Estimated before it is spoken: a second for every 15 characters."""
    seconds = len(request.input) / 15 / request.speed
    return {"input": estimate(request.input), "output": round(seconds * AUDIO_TOKENS)}


async def _sound(
    http: web.Request, request: SpeechRequest, first: bytes, rest: AsyncGenerator[bytes, None]
) -> web.StreamResponse:
    if http[FAULT].name in STREAMED:  # the fault cuts it, so it must be whole
        whole = first + b"".join([piece async for piece in rest])
        return web.Response(body=whole, content_type=TYPES[request.response_format])
    response = web.StreamResponse(headers={"Content-Type": TYPES[request.response_format]})
    await response.prepare(http)
    await response.write(first)
    async for piece in rest:
        await response.write(piece)
    return response


async def _events(
    http: web.Request, first: bytes, rest: AsyncGenerator[bytes, None], usage: dict[str, float]
) -> web.StreamResponse:
    async with Events(http) as events:
        await _delta(events, first)
        async for piece in rest:
            await _delta(events, piece)
        told = {
            "input_tokens": usage["input"],
            "output_tokens": usage["output"],
            "total_tokens": usage["input"] + usage["output"],
        }
        await events.send({"type": "speech.audio.done", "usage": told}, "speech.audio.done")
    return events.response


async def _delta(events: Events, piece: bytes) -> None:
    if piece:
        event = {"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()}
        await events.send(event, "speech.audio.delta")
