"""Pictures and sound. A picture is a line of text with what was asked, and so is a sound: what
came through can be seen in them.
"""

import base64
import io
import math
import wave
from array import array
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from tests.fakes.openai_answer import Fault, events, pieces

SPOKEN = "Hello, this is a test transcription."
TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac",
         "wav": "audio/wav", "pcm": "audio/pcm"}  # fmt: skip
HEARD = {
    "type": "tokens", "input_tokens": 25, "output_tokens": 10, "total_tokens": 35,
    "input_token_details": {"text_tokens": 0, "audio_tokens": 25},
}  # fmt: skip
USAGE = {
    "total_tokens": 1106, "input_tokens": 50, "output_tokens": 1056,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}  # fmt: skip


async def generations(
    fake: Any, request: web.Request, call: Any, fault: Fault
) -> web.StreamResponse:
    return await _painted(fake, request, call, fault, "image_generation")


async def edits(fake: Any, request: web.Request, call: Any, fault: Fault) -> web.StreamResponse:
    return await _painted(fake, request, call, fault, "image_edit")


async def _painted(
    fake: Any, request: web.Request, call: Any, fault: Fault, kind: str
) -> web.StreamResponse:
    body = call.body
    if body.get("stream") in {True, "true"} and fake.streams:
        return await events(fake, request, fault, _painting(body, kind), done=False)
    many = int(body.get("n") or 1)
    data = [_data(fake, request, body, number) for number in range(many)]
    facts = {"created": 1_790_000_000, "data": data}
    if body["model"].startswith("gpt-image"):
        chosen = {"size": "1024x1024", "quality": "medium", "output_format": "png"}
        facts |= {**chosen, "usage": USAGE}
    return web.json_response(facts)


def _data(fake: Any, request: web.Request, body: dict[str, Any], number: int) -> dict[str, Any]:
    content = picture(body["prompt"], number)
    if not body["model"].startswith("dall-e"):
        return {"b64_json": base64.b64encode(content).decode()}
    revised = {"revised_prompt": f"A tranquil {body['prompt']}"}
    if body.get("response_format") == "b64_json":
        return revised | {"b64_json": base64.b64encode(content).decode()}
    fake.pictures[f"{number}.png"] = content
    return revised | {"url": f"http://{request.host}/pictures/{number}.png"}


# The smallest there is: one clear pixel.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478"
    "9c6360606060000000050001a5f645400000000049454e44ae426082"
)


def picture(prompt: str, number: int = 0) -> bytes:
    return _PNG + f"{number} {prompt}".encode()


def _painting(body: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    chosen = {"size": "1024x1024", "quality": "medium", "background": "opaque",
              "output_format": "png", "created_at": 1_790_000_000}  # fmt: skip
    parts = [
        {"type": f"{kind}.partial_image", "partial_image_index": index, **chosen,
         "b64_json": base64.b64encode(picture("partial", index)).decode()}
        for index in range(int(body.get("partial_images") or 0))
    ]  # fmt: skip
    content = base64.b64encode(picture(body["prompt"])).decode()
    last = {"type": f"{kind}.completed", "b64_json": content, "usage": USAGE, **chosen}
    return [*parts, last]


async def speech(fake: Any, request: web.Request, call: Any, fault: Fault) -> web.StreamResponse:
    body = call.body
    content = sound(body)
    if body.get("stream_format") != "sse":
        kind = TYPES[body.get("response_format", "mp3")]
        return await pieces(fake, request, fault, content, kind=kind)
    parts = [content[start : start + 1000] for start in range(0, len(content), 1000)]
    facts: list[dict[str, Any]] = [
        {"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()} for part in parts
    ]
    usage = {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}
    return await events(
        fake, request, fault, [*facts, {"type": "speech.audio.done", "usage": usage}], done=False
    )


def sound(body: dict[str, Any]) -> bytes:
    """Of some length: 100 bytes a character. WAV can be listened to."""
    if body.get("response_format") == "wav":
        return _wave(len(body["input"]))
    line = f"{body['voice']} {body.get('speed', 1)} {body['input']}".encode()
    return line.ljust(100 * len(body["input"]), b".")


def _wave(characters: int) -> bytes:
    """A tone of a hundredth of a second for each, which swells five times a second."""
    rate, loudest = 24_000, 9_000
    swell = b"".join(
        array("h", (int(loudest * part / 20 * math.sin(at * math.tau * 440 / rate))
                    for at in range(rate // 100))).tobytes()
        for part in range(1, 21)
    )  # fmt: skip
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        whole, rest = divmod(characters, 20)
        file.writeframes(swell * whole + swell[: rest * len(swell) // 20])
    return content.getvalue()


async def transcriptions(
    fake: Any, request: web.Request, call: Any, fault: Fault
) -> web.StreamResponse:
    body = call.body
    if body.get("stream") == "true" and fake.streams:
        return await events(fake, request, fault, _heard(body), done=False)
    if fake.diarizes and body.get("response_format") == "diarized_json":
        return web.json_response(_diarized(fake.diarizes(call)))
    return _transcript(body, "transcribe", fake.hears(call.files[0]), fake.languages)


async def translations(
    fake: Any, request: web.Request, call: Any, fault: Fault
) -> web.StreamResponse:
    return _transcript(call.body, "translate", f"In English: {fake.hears(call.files[0])}")


def _transcript(
    body: dict[str, Any], task: str, text: str, languages: Sequence[str] = ()
) -> web.Response:
    shape = body.get("response_format", "json")
    if shape in {"text", "srt", "vtt"}:
        head = {"srt": "1\n00:00:00,000 --> 00:00:02,500\n",
                "vtt": "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n"}.get(shape, "")  # fmt: skip
        return web.Response(text=f"{head}{text}\n", content_type="text/plain")
    facts = _facts(shape, body, task, text)
    if body["model"] == "gpt-transcribe":
        facts["languages"] = [{"code": code} for code in languages]
    return web.json_response(facts)


def _facts(shape: str, body: dict[str, Any], task: str, text: str) -> dict[str, Any]:
    segment = {"id": 0, "start": 0.0, "end": 2.5, "text": text}
    if shape == "diarized_json":
        segments = [{**segment, "id": "seg_0", "type": "transcript.text.segment", "speaker": "A"}]
        return {"task": task, "duration": 2.5, "text": text, "segments": segments}
    if shape == "json":
        return {"text": text} if body["model"] == "whisper-1" else {"text": text, "usage": HEARD}
    measures = {"seek": 0, "tokens": [1], "temperature": 0.0, "avg_logprob": -0.2,
                "compression_ratio": 1.0, "no_speech_prob": 0.01}  # fmt: skip
    facts = {"task": task, "language": "english", "duration": 2.5, "text": text}
    if "word" in body.get("timestamp_granularities[]", []):
        facts["words"] = [{"word": "Hello", "start": 0.0, "end": 0.5}]
    return {**facts, "segments": [{**segment, **measures}]}


def _diarized(turns: list[tuple[float, float, str, str]]) -> dict[str, Any]:
    """Of (start, end, speaker, text)."""
    segments = [
        {"id": f"seg_{number}", "type": "transcript.text.segment", "start": start, "end": end,
         "text": text, "speaker": speaker}
        for number, (start, end, speaker, text) in enumerate(turns)
    ]  # fmt: skip
    text = " ".join(turn[3] for turn in turns)
    return {"task": "transcribe", "duration": turns[-1][1], "text": text, "segments": segments}


def _heard(body: dict[str, Any]) -> list[dict[str, Any]]:
    words = SPOKEN.split(" ")
    spoken = [words[0], *(f" {word}" for word in words[1:])]
    deltas = [{"type": "transcript.text.delta", "delta": word} for word in spoken]
    if body.get("response_format") == "diarized_json":
        segment = {"id": "seg_0", "start": 0.0, "end": 2.5, "text": SPOKEN, "speaker": "A"}
        deltas.append({"type": "transcript.text.segment", **segment})
    return [*deltas, {"type": "transcript.text.done", "text": SPOKEN, "usage": HEARD}]


ROUTES = (
    ("POST", "images/generations", generations),
    ("POST", "images/edits", edits),
    ("POST", "audio/speech", speech),
    ("POST", "audio/transcriptions", transcriptions),
    ("POST", "audio/translations", translations),
)
