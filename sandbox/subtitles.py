"""Segments as srt and vtt."""

from collections.abc import Iterable
from typing import Any


def srt(segments: Iterable[dict[str, Any]]) -> str:
    return "".join(
        f"{n}\n{_time(s['start'], ',')} --> {_time(s['end'], ',')}\n{s['text'].strip()}\n\n"
        for n, s in enumerate(segments, 1)
    )


def vtt(segments: Iterable[dict[str, Any]]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{_time(s['start'], '.')} --> {_time(s['end'], '.')}\n{s['text'].strip()}\n\n"
        for s in segments
    )


def _time(seconds: float, point: str) -> str:
    """As 00:01:02,345."""
    minutes, thousandths = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{thousandths // 1000:02}{point}{thousandths % 1000:03}"
