"""Who speaks, by the same name in every piece of a recording. A model names speakers anew in each.

Names come from samples of their voices that were sent along (known_name), else from what two
pieces share: who speaks there in both at the same time is one person.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from string import ascii_uppercase
from typing import NamedTuple

from msgspec.structs import replace

from bot.media.pieces import Piece
from bot.openai.transcription_types import Segment, Transcript

MOST = 4  # speakers that a model is told of
SHORTEST, LONGEST = 2.0, 10.0  # seconds of a sample
_KNOWN = "known_"


class Sample(NamedTuple):
    """Where somebody alone is heard, in seconds of the piece."""

    speaker: str
    start: float
    end: float


def samples_of(transcript: Transcript) -> list[Sample]:
    """Of those who speak most, what they say longest without a break."""
    longest: dict[str, Sample] = {}
    spoken: Counter[str] = Counter()
    for one in transcript.segments:
        seconds = one.end - one.start
        spoken[one.speaker] += round(seconds * 1000)
        sample = Sample(one.speaker, one.start, min(one.end, one.start + LONGEST))
        best = longest.get(one.speaker, Sample("", 0, 0))
        if one.speaker and sample.end - sample.start > best.end - best.start:
            longest[one.speaker] = sample
    found = (longest[name] for name, _ in spoken.most_common() if name in longest)
    return [one for one in found if one.end - one.start >= SHORTEST][:MOST]


def known_name(speaker: str) -> str:
    """What a model is told to call them, unlike any name that it gives."""
    return f"{_KNOWN}{speaker}"


class Named(NamedTuple):
    transcripts: list[Transcript]
    doubts: list[int]  # pieces in which somebody got a new name, who may have had one before


def named(pieces: Sequence[Piece], transcripts: Sequence[Transcript]) -> Named:
    """Pieces in order, each with the times of its own."""
    done: list[Transcript] = []
    doubts: list[int] = []
    taken: set[str] = set()
    for number, (piece, transcript) in enumerate(zip(pieces, transcripts, strict=True)):
        before = list(_placed(pieces[number - 1], done[-1])) if done else []
        names = _names(before, list(_placed(piece, transcript)))
        for label in dict.fromkeys(one.speaker for one in transcript.segments if one.speaker):
            if label not in names:
                names[label] = _fresh(label, taken | set(names.values()))
                doubts += [number] if taken and number not in doubts else []
        taken |= set(names.values())
        segments = [replace(one, speaker=names.get(one.speaker, "")) for one in transcript.segments]
        done.append(replace(transcript, segments=segments))
    return Named(done, doubts)


def _placed(piece: Piece, transcript: Transcript) -> Iterator[Segment]:
    """At the times of the whole."""
    for one in transcript.segments:
        yield replace(one, start=piece.start + one.start, end=piece.start + one.end)


def _names(before: Sequence[Segment], after: Sequence[Segment]) -> dict[str, str]:
    """By label of `after`: what was known by a sample, then who shares most time, one to one."""
    labels = {one.speaker for one in after}
    names = {label: label.removeprefix(_KNOWN) for label in labels if label.startswith(_KNOWN)}
    shared: Counter[tuple[str, str]] = Counter()
    for one in before:
        for other in after:
            together = min(one.end, other.end) - max(one.start, other.start)
            if together > 0 and one.speaker and other.speaker:
                shared[other.speaker, one.speaker] += round(together * 1000)
    for (label, name), _ in shared.most_common():
        if label not in names and name not in names.values():
            names[label] = name
    return names


def _fresh(label: str, taken: set[str]) -> str:
    """The label itself where nobody has it, else the next letter."""
    numbers = (str(number) for number in range(1, len(taken) + 2))
    return next(name for name in chain([label], ascii_uppercase, numbers) if name not in taken)
