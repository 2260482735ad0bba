"""Pieces of speech as one file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.media.decoding import Samples, samples
from bot.media.encoding import FORMATS, Encoder

_BLEND = 0.005  # seconds


def stitch(sources: Sequence[Path], target: Path, form: str) -> float:
    """In one of FORMATS; every piece is in whatever FFmpeg reads. Returns seconds. Raises
    NotSound.
    """
    kind = FORMATS[form]
    last: Samples = np.zeros(0, np.float32)
    with Encoder(target, kind) as file:
        for source in sources:
            first = True
            for sound in samples(source, kind.rate):
                joined = _blended(last, sound, int(_BLEND * kind.rate)) if first else sound
                first = first and not sound.size
                last = np.concatenate((last, joined))[-2:]
                file.write(joined)
    return file.seconds


def _blended(last: Samples, sound: Samples, length: int) -> Samples:
    """`sound`, bent at its beginning so that it goes on where the `last` two samples lead. A jump
    is what clicks; where there is none, nothing changes.
    """
    if last.size < 2 or not sound.size:  # noqa: PLR2004  two samples have a direction
        return sound
    jump = 2 * last[-1] - last[-2] - sound[0]
    bend = jump * (1 + np.cos(np.linspace(0, np.pi, length, dtype=np.float32))) / 2
    blended = sound.copy()
    blended[:length] += bend[: sound.size]
    return blended
