"""A part of a recording, as a file of its own."""

from pathlib import Path

from bot.media.decoding import samples
from bot.media.encoding import Encoder
from bot.media.pieces import FORM, RATE


def clip(source: Path, target: Path, start: float, end: float) -> bytes:
    """From second to second, as Ogg Opus; fewer where the recording ends. Raises NotSound."""
    at, first, last = 0, int(start * RATE), int(end * RATE)
    with Encoder(target, FORM) as file:
        for sound in samples(source, RATE):
            if at >= last:
                break
            file.write(sound[max(first - at, 0) : last - at])
            at += sound.size
    return target.read_bytes()
