"""Sound out of files, a little at a time, by FFmpeg's libraries.

A file is handed over as an open descriptor: so FFmpeg judges it by its content, as it has no
name, and a playlist in disguise can open nothing else, as no other protocol is allowed.
https://ffmpeg.org/ffmpeg-protocols.html#fd
"""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from numpy.typing import NDArray

from bot.media.errors import EMPTY, PICTURES, TEXT, UNKNOWN, NotSound

Samples = NDArray[np.float32]  # one channel, -1 to 1

_LEAST, _MOST = 0.1, 60.0  # seconds of a gap that is filled; a longer one is a broken clock
_SLOWEST = 1000  # samples a second; nobody records so few
_HEAD = 1024  # bytes that show whether a file is text
_BINARY = frozenset(map(chr, range(9)))


class Clock:
    """Where a recording is, by its own times. What is left out of it (Opus leaves out silence,
    a recorder pauses) is counted as silence, so that times stay true.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._origin: float | None = None

    def gap(self, at: float | None, lasts: float) -> float:
        """Seconds of silence before what begins `at` and `lasts`."""
        if self._origin is None or at is None:
            self._origin = self._origin if at is None else at - self.seconds
            missing = 0.0
        else:
            missing = at - self._origin - self.seconds
            if abs(missing) > _MOST:
                self._origin += missing
        missing = missing if _LEAST < missing <= _MOST else 0.0
        self.seconds += missing + lasts
        return missing


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The file and the first sound in it. Raises NotSound."""
    with path.open("rb") as file:
        options = {"fd": str(file.fileno()), "protocol_whitelist": "fd"}
        try:
            container = av.open("fd:", "r", options=options, metadata_errors="replace")
        except (av.FFmpegError, ValueError) as error:
            raise NotSound(_reason(path), f"{type(error).__name__}: {error}") from error
        with container:
            yield container, _sound(container)


def _sound(container: InputContainer) -> AudioStream:
    for other in container.streams.video:
        other.discard = Discard.all
    heard = [one for one in container.streams.audio if _playable(one)]
    if not heard:
        pictures = container.streams.video and not container.streams.audio
        raise NotSound(PICTURES if pictures else UNKNOWN, container.format.name)
    return heard[0]


def _playable(stream: AudioStream) -> bool:
    """Without a decoder there is no context. A kilobyte at 1 Hz would be a quarter of an hour."""
    context = stream.codec_context
    return bool(context) and not 0 < (context.sample_rate or 0) < _SLOWEST


def _reason(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        return EMPTY
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # the cut may go through a letter
    except UnicodeDecodeError:
        return UNKNOWN
    return UNKNOWN if _BINARY.intersection(text) else TEXT


def packets(container: InputContainer, stream: AudioStream) -> Iterator["Packet[AudioStream]"]:
    """Up to where the file ends, or breaks off."""
    try:
        yield from container.demux(stream)
    except (av.FFmpegError, ValueError, IndexError):  # IndexError: a stream more than at the start
        return


def decoded(packet: "Packet[AudioStream]") -> list[AudioFrame]:
    """What is broken is left out, as players do."""
    try:
        return packet.decode()
    except (av.FFmpegError, ValueError):
        return []


def samples(path: Path, rate: int) -> Iterator[Samples]:
    """Half a second at a time. Raises NotSound."""
    clock, resampler = Clock(), None
    with opened(path) as (container, stream):
        for frame in _frames(container, stream):
            gap = clock.gap(frame.time, frame.samples / frame.sample_rate)
            if resampler is None or gap or _kind(frame) != resampler.kind:
                if resampler:
                    yield from resampler.resampled(None)
                resampler = _Resampler(_kind(frame), rate)
                yield np.zeros(int(gap * rate), np.float32)
            yield from resampler.resampled(frame)
    if resampler is None:
        raise NotSound(UNKNOWN, "no frame could be decoded")
    yield from resampler.resampled(None)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    return (frame for packet in packets(container, stream) for frame in decoded(packet))


_Kind = tuple[str, str, int]


def _kind(frame: AudioFrame) -> _Kind:
    """May change on the way, as in a radio recording."""
    return frame.format.name, frame.layout.name, frame.sample_rate


class _Resampler:
    """From one kind to mono at one rate."""

    def __init__(self, kind: _Kind, rate: int) -> None:
        self.kind = kind
        self._inner = av.AudioResampler("flt", "mono", rate, frame_size=rate // 2)

    def resampled(self, frame: AudioFrame | None) -> Iterator[Samples]:
        """None: the rest."""
        if frame is not None:
            frame.pts = None  # the clock looks after gaps
        for piece in self._pieces(frame):
            yield np.nan_to_num(piece.to_ndarray()[0])  # a broken file may have anything

    def _pieces(self, frame: AudioFrame | None) -> list[AudioFrame]:
        try:
            return self._inner.resample(frame)
        except (av.FFmpegError, ValueError) as error:  # a rate or a layout that nothing has
            raise NotSound(UNKNOWN, f"{self.kind}: {error}") from error
