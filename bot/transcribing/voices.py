"""Samples of who speaks in the first piece of a recording, so that the other pieces tell them."""

import base64
from pathlib import Path
from typing import NamedTuple

from bot.media.clipping import clip
from bot.media.speakers import known_name, samples_of
from bot.openai.transcription_types import Transcript


class Voices(NamedTuple):
    """As a model takes them."""

    names: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # data URLs
    seconds: float = 0.0  # of all samples


def voices(piece: Path, transcript: Transcript) -> Voices:
    """Blocking."""
    samples, target = samples_of(transcript), piece.with_name("sample.ogg")
    return Voices(
        tuple(known_name(one.speaker) for one in samples),
        tuple(_address(clip(piece, target, one.start, one.end)) for one in samples),
        sum(one.end - one.start for one in samples),
    )


def _address(content: bytes) -> str:
    return f"data:audio/ogg;base64,{base64.b64encode(content).decode()}"
