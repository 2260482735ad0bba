"""What is asked of a model that hears, and what it answers."""

from collections.abc import Sequence
from typing import Any

import msgspec

from bot.openai.endpoint import Request
from bot.openai.uploads import Upload
from bot.openai.usage import Usage


class TranslationRequest(Request, frozen=True, kw_only=True):
    file: Upload
    prompt: str | None = None
    response_format: str | None = None  # json, text, srt, verbose_json, vtt
    temperature: float | None = None


class TranscriptionRequest(TranslationRequest, frozen=True, kw_only=True):
    """`response_format` may be diarized_json too, which names the speakers."""

    language: str | None = None  # ISO 639-1
    timestamp_granularities: tuple[str, ...] | None = None  # word, segment; of verbose_json
    include: tuple[str, ...] | None = None  # logprobs
    chunking_strategy: str | dict[str, Any] | None = None
    languages: tuple[str, ...] | None = None  # that it may be, of gpt-transcribe
    keywords: tuple[str, ...] | None = None  # that may come up, of gpt-transcribe
    known_speaker_names: tuple[str, ...] | None = None
    known_speaker_references: tuple[str, ...] | None = None  # data URLs


class Segment(msgspec.Struct, frozen=True):
    """Seconds from the beginning."""

    start: float
    end: float
    text: str
    speaker: str = ""


class Word(msgspec.Struct, frozen=True):
    start: float
    end: float
    word: str


class Transcript(msgspec.Struct, frozen=True):
    """`text` is the whole file where subtitles were asked for."""

    text: str
    usage: Usage | None = None
    language: str | None = None
    duration: float | None = None  # seconds
    segments: Sequence[Segment] = ()
    words: Sequence[Word] = ()


class Heard(msgspec.Struct, frozen=True):
    """A piece of a transcript as it is made: some text, or a speaker's segment; at the end all."""

    delta: str = ""
    segment: Segment | None = None
    transcript: Transcript | None = None
