"""Sound in and out of files, by ffmpeg's libraries (LGPL, in PyAV)."""

import io
import wave
from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.int16]  # one channel

RATE = 24_000  # samples a second, as OpenAI's speech
HEARD = 16_000  # as Whisper hears
LONGEST = 4 * 3600  # seconds that are read; 25 MB can hold more than memory does
ENCODERS = {
    "mp3": ("mp3", "libmp3lame", RATE),
    "opus": ("ogg", "libopus", 48_000),  # the rate Opus is made for
    "aac": ("adts", "aac", RATE),
    "flac": ("flac", "flac", RATE),
}


class Unreadable(ValueError):
    """No sound is in it."""


class _Sink:
    """A file that nobody can go back in: what was written goes out at once."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._written)
        self._written.clear()
        return data


def encoded(sounds: Iterable[Sound], rate: int, kind: str) -> Iterator[bytes]:
    """The bytes of a file of this kind, as the sounds come."""
    at_24k = resampled(_or_silence(sounds, rate), rate, RATE)
    if kind == "pcm":
        return (sound.tobytes() for sound in at_24k)
    if kind == "wav":
        return _wav(at_24k)
    return _compressed(at_24k, *ENCODERS[kind])


def _or_silence(sounds: Iterable[Sound], rate: int) -> Iterator[Sound]:
    """Dots alone are spoken as nothing, and no file holds that: a fifth of a second stands in."""
    silent = True
    for sound in sounds:
        silent = silent and not sound.size
        yield sound
    if silent:
        yield np.zeros(rate // 5, np.int16)


def resampled(sounds: Iterable[Sound], rate: int, wanted: int) -> Iterator[Sound]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=wanted)
    for sound in sounds:
        for frame in resampler.resample(_frame(sound, rate)):
            yield frame.to_ndarray()[0]
    for frame in resampler.resample(None):
        yield frame.to_ndarray()[0]


def _frame(sound: Sound, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


def _wav(sounds: Iterable[Sound]) -> Iterator[bytes]:
    """Its header says how long it is, so it comes whole, after steps that bring nothing."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        for sound in sounds:
            wav.writeframes(sound.tobytes())
            yield b""
    yield file.getvalue()


def _compressed(sounds: Iterable[Sound], container: str, codec: str, rate: int) -> Iterator[bytes]:
    sink = _Sink()
    with av.open(sink, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout="mono")
        for sound in sounds:
            for packet in stream.encode(_frame(sound, RATE)):
                file.mux(packet)
            if data := sink.taken():
                yield data
        for packet in stream.encode(None):
            file.mux(packet)
    yield sink.taken()


def decoded(content: bytes) -> Sound:
    """At 16 kHz. Raises Unreadable."""
    try:
        with av.open(io.BytesIO(content), "r") as file:
            frames = list(_up_to(LONGEST * HEARD, _heard(file)))
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Unreadable from error
    return np.concatenate(frames) if frames else np.zeros(0, np.int16)


def _up_to(samples: int, sounds: Iterable[Sound]) -> Iterator[Sound]:
    """Raises ValueError."""
    for sound in sounds:
        samples -= sound.size
        if samples < 0:
            raise ValueError("too long")
        yield sound


def _heard(file: av.container.InputContainer) -> Iterator[Sound]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=HEARD)
    for frame in file.decode(audio=0):
        for piece in resampler.resample(frame):
            yield piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield piece.to_ndarray()[0]
