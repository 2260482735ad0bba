"""Segments as subtitles: SubRip, and WebVTT (https://www.w3.org/TR/webvtt1/)."""

from collections.abc import Iterable, Iterator

from bot.openai.transcription_types import Segment

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt(segments: Iterable[Segment]) -> str:
    return "".join(
        f"{number}\n{_span(one, ',')}\n{_who(one)}{_line(one).replace('-->', '→')}\n\n"
        for number, one in enumerate(_said(segments), 1)
    )


def vtt(segments: Iterable[Segment]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{_span(one, '.')}\n{_voice(one)}{_line(one).translate(_ESCAPES)}\n\n"
        for one in _said(segments)
    )


def _said(segments: Iterable[Segment]) -> Iterator[Segment]:
    return (one for one in segments if one.text.strip())


def _line(segment: Segment) -> str:
    """An empty line would end it."""
    return " ".join(segment.text.split())


def _who(segment: Segment) -> str:
    return f"{segment.speaker}: " if segment.speaker else ""


def _voice(segment: Segment) -> str:
    return f"<v {segment.speaker.translate(_ESCAPES)}>" if segment.speaker else ""


def _span(segment: Segment, point: str) -> str:
    """A subtitle that ends when it begins is never shown."""
    start = max(round(segment.start * 1000), 0)
    end = max(round(segment.end * 1000), start + 1)
    return f"{_time(start, point)} --> {_time(end, point)}"


def _time(milliseconds: int, point: str) -> str:
    """As 00:01:02,345."""
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
