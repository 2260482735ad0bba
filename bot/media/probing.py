"""What a file is, by its content."""

from pathlib import Path

import msgspec
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from bot.media.decoding import Clock, decoded, opened, packets
from bot.media.errors import UNKNOWN, NotSound

# What the API takes as it is: FFmpeg's container and codec, and the ending of the name by which
# the API knows it. `choices.file` of a model in the catalogue has these endings.
_ENDINGS = {
    ("flac", "flac"): "flac",
    ("matroska,webm", "opus"): "webm",
    ("matroska,webm", "vorbis"): "webm",
    ("mov,mp4,m4a,3gp,3g2,mj2", "aac"): "m4a",
    ("mp3", "mp3"): "mp3",
    ("ogg", "flac"): "ogg",
    ("ogg", "opus"): "ogg",
    ("ogg", "vorbis"): "ogg",
    ("wav", "pcm_s16le"): "wav",
}


class Sound(msgspec.Struct, frozen=True):
    seconds: float
    format: str  # as FFmpeg calls it: mp3; ogg; mov,mp4,m4a,3gp,3g2,mj2
    codec: str
    video: bool  # has moving pictures too
    size: int  # bytes

    @property
    def ending(self) -> str:
        """Of the name under which the API takes it as it is; "" where it has to be converted
        first, as all video: nobody needs to send its pictures.
        """
        return "" if self.video else _ENDINGS.get((self.format, self.codec), "")


def probe(path: Path) -> Sound:
    """Reads the whole file, as many know nothing of their length (what a browser records), or
    something wrong (what was cut short). Raises NotSound.
    """
    with opened(path) as (container, stream):
        return Sound(
            _seconds(container, stream),
            container.format.name,
            stream.codec_context.codec.canonical_name,
            any(not s.disposition & Disposition.attached_pic for s in container.streams.video),
            path.stat().st_size,
        )


def _seconds(container: InputContainer, stream: AudioStream) -> float:
    clock, heard = Clock(), False
    unit = float(stream.time_base or 0)
    for packet in packets(container, stream):
        heard = heard or bool(decoded(packet))
        if packet.size:
            at = None if packet.pts is None else packet.pts * unit
            clock.gap(at, (packet.duration or 0) * unit)
    if not heard:
        raise NotSound(UNKNOWN, f"no frame of {stream.codec_context.name} could be decoded")
    return clock.seconds
