"""`POST /v1/audio/transcriptions` and `/v1/audio/translations`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from math import ceil
from typing import Any

from aiohttp import web

from sandbox.answers import Events, answer
from sandbox.call import CALL, Call
from sandbox.engines.choice import CHOICE
from sandbox.engines.engine import Engine
from sandbox.errors import invalid
from sandbox.models import Model
from sandbox.requests import Upload, form
from sandbox.subtitles import srt, vtt
from sandbox.transcription_request import (
    AUDIO_TOKENS,
    LANGUAGES,
    LARGEST,
    SHORTEST,
    TranscriptionRequest,
    transcription_request,
)


async def transcriptions(http: web.Request) -> web.StreamResponse:
    return await _answer(http, translate=False)


async def translations(http: web.Request) -> web.StreamResponse:
    return await _answer(http, translate=True)


async def _answer(http: web.Request, *, translate: bool) -> web.StreamResponse:
    found = await form(http, LARGEST)
    request, upload = transcription_request(found)
    call = http[CALL]
    model = call.admit(request.model, "transcription")
    engine = call.app[CHOICE]["transcription"]
    heard = await _heard(engine, request, upload, translate=translate)
    async with aclosing(_segments(engine, heard)) as segments:
        if request.stream and request.model != "whisper-1":  # which ignores it
            return await _stream(http, model, segments, heard.duration)
        whole = [segment async for segment in segments]
    text = "".join(segment["text"] for segment in whole).strip()
    usage = await _usage(call, model, text, heard.duration)
    match request.response_format:
        case "text":
            return web.Response(text=text + "\n")
        case "srt":
            return web.Response(text=srt(whole))
        case "vtt":
            return web.Response(text=vtt(whole))
        case "verbose_json":
            return answer(_verbose(request, heard, whole, text, translate=translate) | usage)
    return answer({"text": text} | usage)


async def _heard(
    engine: Engine[Any], request: TranscriptionRequest, upload: Upload, *, translate: bool
) -> Any:
    whisper = await engine.loaded()
    from sandbox.engines.audio import HEARD, Unreadable  # noqa: PLC0415  there now, or 501
    from sandbox.engines.whisper import Wish  # noqa: PLC0415  as above

    if request.language and request.language not in whisper.languages:
        text = (
            f"language '{request.language}' is not known to the sandbox's {engine.spec.name}. "
            "Start it with --transcription base for 99 languages."
        )
        raise invalid("language", text)
    try:
        sound = await engine.run(lambda e: e.read(upload.content))
    except Unreadable:
        text = "The audio file could not be decoded or its format is not supported."
        raise invalid("file", text, None) from None
    if sound.size < SHORTEST * HEARD:
        text = f"Audio file is too short. Minimum audio length is {SHORTEST} seconds."
        raise invalid("file", text, "audio_too_short")
    words = "word" in request.timestamp_granularities
    wish = Wish(request.language, request.prompt, request.temperature, words, translate)
    return await engine.run(lambda e: e.hear(sound, wish))


async def _segments(engine: Engine[Any], heard: Any) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(engine.iterate(lambda _: iter(heard.segments))) as found:
        async for segment in found:
            yield {
                "id": segment.id - 1,
                "seek": segment.seek,
                "start": _seconds(segment.start),
                "end": _seconds(min(segment.end, heard.duration)),
                "text": segment.text,
                "tokens": list(segment.tokens),
                "temperature": float(segment.temperature),
                "avg_logprob": float(segment.avg_logprob),
                "compression_ratio": float(segment.compression_ratio),
                "no_speech_prob": float(segment.no_speech_prob),
                "words": [
                    {"word": w.word.strip(), "start": _seconds(w.start), "end": _seconds(w.end)}
                    for w in segment.words or ()
                ],
            }


def _seconds(number: Any) -> float:
    return round(float(number), 2)  # faster-whisper's are numpy's


def _verbose(
    request: TranscriptionRequest,
    heard: Any,
    segments: list[dict[str, Any]],
    text: str,
    *,
    translate: bool,
) -> dict[str, Any]:
    wanted = request.timestamp_granularities or ["segment"]
    words = [word for segment in segments for word in segment.pop("words")]
    return {
        "task": "translate" if translate else "transcribe",
        "language": LANGUAGES.get(heard.language, heard.language),
        "duration": round(heard.duration, 2),
        "text": text,
        **({"segments": segments} if "segment" in wanted else {}),
        **({"words": words} if "word" in wanted else {}),
    }


async def _stream(
    http: web.Request,
    model: Model,
    segments: AsyncGenerator[dict[str, Any], None],
    duration: float,
) -> web.StreamResponse:
    text = ""
    async with Events(http) as events:
        async for segment in segments:
            delta = segment["text"] if text else segment["text"].lstrip()
            text += delta
            event = {"type": "transcript.text.delta", "delta": delta}
            await events.send(event, "transcript.text.delta")
        usage = await _usage(http[CALL], model, text, duration)
        done = {"type": "transcript.text.done", "text": text.strip()} | usage
        await events.send(done, "transcript.text.done")
        await events.done()
    return events.response


async def _usage(call: Call, model: Model, text: str, duration: float) -> dict[str, Any]:
    """Books it, too: seconds where the model costs by them, else tokens."""
    if "output" not in model.prices:
        call.book(model, {"seconds": ceil(duration)}, None)
        return {"usage": {"type": "duration", "seconds": ceil(duration)}}
    engine = call.app[CHOICE]["transcription"]
    output = await engine.run(lambda e: e.count(text))
    heard = ceil(duration * AUDIO_TOKENS)
    call.book(model, {"input": heard, "output": output, "seconds": ceil(duration)}, None)
    return {
        "usage": {
            "type": "tokens",
            "input_tokens": heard,
            "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
            "output_tokens": output,
            "total_tokens": heard + output,
        }
    }
