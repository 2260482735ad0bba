"""How loud a recording is along its way: the waveform under a voice message, and silence."""

from pathlib import Path

import msgspec
import numpy as np

from bot.media.decoding import Samples, samples

MOST = 256  # bars, as Discord takes; a bar is a tenth of a second at least, as its clients do
SILENCE = 0.001  # -60 dB: below the noise of a microphone that somebody speaks into

_RATE = 16_000


class Loudness(msgspec.Struct, frozen=True):
    """`waveform`: RMS of equal stretches, 0 to 255, the loudest of them 255; all 0 in silence."""

    seconds: float
    waveform: bytes
    silent: bool


def loudness(path: Path) -> Loudness:
    """Raises NotSound."""
    bars = _Bars(_RATE // 10)
    for sound in samples(path, _RATE):
        bars.add(sound)
    rms = bars.rms()
    loudest = float(rms.max(initial=0))
    if loudest < SILENCE:
        return Loudness(bars.count / _RATE, bytes(rms.size), silent=True)
    waveform = np.round(rms / loudest * 255).astype(np.uint8).tobytes()
    return Loudness(bars.count / _RATE, waveform, silent=False)


class _Bars:
    """Energies of equal stretches. When there are too many, each two become one, so that nobody
    has to know how long it will be.
    """

    def __init__(self, size: int) -> None:
        self.count = 0  # samples
        self._size = size
        self._energies = np.zeros(MOST)

    def add(self, sound: Samples) -> None:
        while (self.count + sound.size - 1) // self._size >= MOST:
            self._halve()
        which = np.arange(self.count, self.count + sound.size) // self._size
        self._energies += np.bincount(which, sound.astype(np.float64) ** 2, MOST)
        self.count += sound.size

    def _halve(self) -> None:
        pairs = self._energies.reshape(-1, 2).sum(axis=1)
        self._energies = np.concatenate((pairs, np.zeros(MOST // 2)))
        self._size *= 2

    def rms(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        starts = np.arange(0, self.count, self._size)
        sizes = np.minimum(self._size, self.count - starts)
        return np.sqrt(self._energies[: starts.size] / sizes)
