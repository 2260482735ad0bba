"""A recording that was written down: for its buttons, and for whoever comes back to it."""

from collections.abc import Iterable
from itertools import groupby

import msgspec

from bot.events import Attachment
from bot.openai.transcription_types import Segment, Transcript
from bot.transcribing.languages import name
from bot.transcribing.wishes import Wish


class Recording(msgspec.Struct, frozen=True):
    """The sound itself is not kept: who needs it again opens `file`."""

    file: Attachment
    wish: Wish
    model: str
    seconds: float
    transcript: Transcript
    cost: str  # as people read it
    remark: str = ""

    @property
    def text(self) -> str:
        """With the speakers' names where they are known."""
        segments = self.transcript.segments
        if not any(segment.speaker for segment in segments):
            return self.transcript.text.strip()
        return "\n\n".join(
            f"**{speaker}:** {_said(turn)}"
            for speaker, turn in groupby(segments, lambda segment: segment.speaker)
        )

    @property
    def facts(self) -> str:
        """`English · 1:05 · $0.0054 · whisper-1`."""
        told = self.transcript.language or self.wish.language
        language = "English" if self.wish.translate else name(told)
        told_all = (language, clock(self.seconds), self.cost, self.model)
        return " · ".join(fact for fact in told_all if fact)

    @property
    def english(self) -> bool:
        return self.wish.translate or self.transcript.language in {"en", "english"}

    @property
    def segments(self) -> tuple[Segment, ...]:
        whole = Segment(0, self.seconds, self.transcript.text)
        return tuple(self.transcript.segments) or (whole,)


class Recordings(msgspec.Struct, frozen=True):
    """Of one answer. bot/storage/works.py keeps them for a month."""

    all: tuple[Recording, ...]

    @property
    def spoken(self) -> bool:
        return any(one.file.spoken for one in self.all)

    @property
    def text(self) -> str:
        return "\n\n".join(one.text for one in self.all if one.text)


def clock(seconds: float) -> str:
    """`1:05`, `2:01:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _said(turn: Iterable[Segment]) -> str:
    return " ".join(segment.text.strip() for segment in turn)
