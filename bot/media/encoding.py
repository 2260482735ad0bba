"""Sound into files: the six formats of speech, mono."""

from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, cast

import av
import numpy as np
from av.audio.stream import AudioStream

from bot.media.decoding import Samples, samples


class Format(NamedTuple):
    container: str
    codec: str
    rate: int = 24_000  # samples a second, as OpenAI's speech
    bits: int | None = None  # a second
    options: dict[str, str] = {}  # noqa: RUF012  a NamedTuple's default is not changed


FORMATS = {
    "mp3": Format("mp3", "libmp3lame", bits=64_000, options={"compression_level": "7"}),
    # A voice message of Discord. At half its effort libopus takes a third of the time.
    "opus": Format("ogg", "libopus", 48_000, 48_000, {"compression_level": "5"}),
    "aac": Format("adts", "aac", bits=64_000),
    "flac": Format("flac", "flac"),
    "wav": Format("wav", "pcm_s16le"),
    "pcm": Format("s16le", "pcm_s16le"),
}


class Encoder:
    """A file that grows; whole when the context ends. Its sound comes at the format's rate."""

    def __init__(self, path: Path, form: Format) -> None:
        self.path, self.written = path, 0  # samples
        self._rate = form.rate
        self._file = av.open(str(path), "w", format=form.container)
        stream = self._file.add_stream(form.codec, form.rate, form.options, layout="mono")
        self._stream = cast("AudioStream", stream)
        if form.bits:
            self._stream.bit_rate = form.bits

    @property
    def seconds(self) -> float:
        return self.written / self._rate

    def write(self, sound: Samples) -> None:
        if not sound.size:
            return
        frame = av.AudioFrame.from_ndarray(
            np.clip(sound, -1, 1).reshape(1, -1), format="flt", layout="mono"
        )
        frame.sample_rate = self._rate
        self._file.mux(self._stream.encode(frame))
        self.written += sound.size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._file.mux(self._stream.encode(None))
        self._file.close()


def convert(source: Path, target: Path, form: str, bits: int | None = None) -> float:
    """In one of FORMATS, of no more than `bits` a second, where it takes them. Returns seconds.
    Raises NotSound.
    """
    kind = FORMATS[form]
    if bits and kind.codec == "libopus":  # it would take twice as many where it likes to
        kind = kind._replace(options=kind.options | {"vbr": "off"})
    with Encoder(target, kind._replace(bits=bits or kind.bits)) as file:
        for sound in samples(source, kind.rate):
            file.write(sound)
    return file.seconds
