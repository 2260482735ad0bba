"""Speech: `POST /audio/speech`, as it is spoken."""

import base64
import binascii
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from bot.openai.catalogue import Catalogue
from bot.openai.endpoint import Endpoint, Request
from bot.openai.errors import Malformed, StreamCut
from bot.openai.meter import Meter
from bot.openai.stream import Stream
from bot.openai.transport import Transport
from bot.openai.usage import Usage, WireUsage, used
from bot.openai.wire import event_reader, trouble


class SpeechRequest(Request, frozen=True, kw_only=True):
    """`stream_format`: sse tells the usage at the end, where the model knows it; else the bytes
    come as they are.
    """

    input: str
    voice: str | dict[str, str]  # or {"id": …} of one's own
    response_format: str | None = None  # mp3, opus, aac, flac, wav, pcm (24 kHz, 16 bit, mono)
    speed: float | None = None
    instructions: str | None = None
    stream_format: str | None = None


class Sound(msgspec.Struct, frozen=True):
    """A piece of a file. The last of a stream that tells it has the usage, and no bytes."""

    content: bytes
    usage: Usage | None = None


class _Event(msgspec.Struct):
    type: str
    audio: str = ""
    usage: WireUsage | None = None


_read = event_reader(_Event)


class Speech:
    """Raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._endpoint = Endpoint(
            transport, catalogue, "audio/speech", "speech", {"stream_format": None},
            frozenset({"user"}),
        )  # fmt: skip

    async def stream(self, request: SpeechRequest, meter: Meter) -> AsyncGenerator[Sound, None]:
        """Ends only when the sound is whole; StreamCut where it is not."""
        stream = await self._endpoint.open(request, meter)
        async with aclosing(stream):
            pieces = _events(stream) if stream.is_events else _bytes(stream)
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece


async def _bytes(stream: Stream) -> AsyncGenerator[Sound, None]:
    if "json" in stream.headers.get("content-type", ""):
        body = (await stream.rest()).body
        raise trouble(body, stream.headers, ValueError("JSON where sound should be"))
    heard = False
    while piece := await stream.read():
        heard = True
        yield Sound(piece)
    if not heard:
        raise Malformed("no sound", headers=stream.headers, may_have_run=True)


async def _events(stream: Stream) -> AsyncGenerator[Sound, None]:
    done = False
    async with aclosing(stream.events()) as events:
        async for data in events:
            event = _read(data.data, stream.headers)
            if event.type == "speech.audio.delta":
                yield Sound(_decoded(event.audio, stream))
            elif event.type == "speech.audio.done":
                done, stream.usage = True, _usage(event.usage)
                yield Sound(b"", stream.usage)
    if not done:
        raise StreamCut("no end of the speech", headers=stream.headers, may_have_run=True)


def _decoded(audio: str, stream: Stream) -> bytes:
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"sound: {error}", headers=stream.headers, may_have_run=True) from error


def _usage(wire: WireUsage | None) -> Usage | None:
    """What these models put out is sound, unless they say how much of it is not."""
    usage = used(wire)
    if usage is None or usage.sound_completion:
        return usage
    return msgspec.structs.replace(usage, sound_completion=usage.completion)
