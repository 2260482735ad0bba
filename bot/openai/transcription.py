"""Sound to text: `POST /audio/transcriptions` and, into English, `/audio/translations`."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from bot.openai.calls import SLOW
from bot.openai.catalogue import Catalogue
from bot.openai.endpoint import Endpoint
from bot.openai.errors import StreamCut
from bot.openai.meter import Meter
from bot.openai.stream import Stream
from bot.openai.transcription_types import (
    Heard,
    Segment,
    Transcript,
    TranscriptionRequest,
    TranslationRequest,
    Word,
)
from bot.openai.transport import Answer, Transport
from bot.openai.usage import Usage, WireUsage, used
from bot.openai.wire import event_reader, reader

__all__ = [
    "Heard",
    "Segment",
    "Transcript",
    "TranscriptionRequest",
    "Transcriptions",
    "TranslationRequest",
    "Word",
]


class _Language(msgspec.Struct):
    code: str


class _Transcript(msgspec.Struct):
    text: str
    usage: WireUsage | None = None
    language: str | None = None
    languages: list[_Language] | None = None  # of gpt-transcribe
    duration: float | str | None = None  # once it was text
    segments: list[Segment] | None = None
    words: list[Word] | None = None

    @property
    def known(self) -> Transcript:
        usage, seconds = used(self.usage), _number(self.duration)
        if usage is None and seconds:
            usage = Usage(seconds=seconds)
        language = self.language or next((one.code for one in self.languages or ()), None)
        return Transcript(self.text, usage, language, seconds,
                          tuple(self.segments or ()), tuple(self.words or ()))  # fmt: skip


def _number(text: float | str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


class _Event(msgspec.Struct):
    type: str
    delta: str = ""
    text: str = ""
    start: float = 0
    end: float = 0
    speaker: str = ""
    usage: WireUsage | None = None


_read: Callable[[Answer], _Transcript | str] = reader(_Transcript | str)  # type: ignore[arg-type]  # mypy takes a union for no type
_read_event = event_reader(_Event)
_PLAIN = {"text", "srt", "vtt"}
_OURS = frozenset({"user"})
_OTHERWISE = {"stream": None, "known_speaker_names": None, "known_speaker_references": None}


class Transcriptions:
    """Every method raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._endpoint, self._translations = (
            Endpoint(transport, catalogue, path, "transcription", _OTHERWISE, _OURS, SLOW)
            for path in ("audio/transcriptions", "audio/translations")
        )

    async def create(self, request: TranscriptionRequest, meter: Meter) -> Transcript:
        return await self._endpoint.fetch(request, meter, _reader(request))

    async def translate(self, request: TranslationRequest, meter: Meter) -> Transcript:
        """Whatever is spoken, in English."""
        return await self._translations.fetch(request, meter, _reader(request))

    async def stream(
        self, request: TranscriptionRequest, meter: Meter
    ) -> AsyncGenerator[Heard, None]:
        """Ends with the transcript; StreamCut where it does not come. A model that does not stream
        gives only that.
        """
        if not self._endpoint.model(request).streams:
            yield Heard(transcript=await self.create(request, meter))
            return
        stream = await self._endpoint.open(request, meter, stream=True)
        async with aclosing(stream), aclosing(_events(stream, _reader(request))) as pieces:
            async for piece in pieces:
                yield piece


def _reader(request: TranslationRequest) -> Callable[[Answer], Transcript]:
    """`text`, `srt` and `vtt` come as they are, or as a text in JSON."""

    def read(answer: Answer) -> Transcript:
        json = "json" in answer.headers.get("content-type", "")
        if request.response_format in _PLAIN and not json:
            return Transcript(answer.body.decode(errors="replace").removesuffix("\n"))
        found = _read(answer)
        return Transcript(found) if isinstance(found, str) else found.known

    return read


async def _events(
    stream: Stream, read: Callable[[Answer], Transcript]
) -> AsyncGenerator[Heard, None]:
    if not stream.is_events:
        transcript = read(await stream.rest())
        stream.usage = transcript.usage
        yield Heard(transcript=transcript)
        return
    done = False
    async with aclosing(stream.events()) as events:
        async for data in events:
            event = _read_event(data.data, stream.headers)
            if event.type == "transcript.text.delta":
                yield Heard(event.delta)
            elif event.type == "transcript.text.segment":
                yield Heard(segment=Segment(event.start, event.end, event.text, event.speaker))
            elif event.type == "transcript.text.done":
                done, stream.usage = True, used(event.usage)
                yield Heard(transcript=Transcript(event.text, stream.usage))
    if not done:
        raise StreamCut("no end of the transcript", headers=stream.headers, may_have_run=True)
