"""How loud a recording is along its way: the waveform under a voice message, and silence."""

from pathlib import Path

import msgspec
import numpy as np

from bot.media.decoding import Samples, samples

MOST = 256  # bars, as Discord takes; a bar is a tenth of a second at least, as its clients do
SILENCE = 0.001  # -60 dB: below the noise of a microphone that somebody speaks into

_RATE = 16_000
_FLOOR = 120  # dB below the loudest that a file can be
_EVEN = 6  # dB; between words and in them a voice is softer by twice that at least


class Loudness(msgspec.Struct, frozen=True):
    """`waveform`: RMS of equal stretches, 0 to 255, the loudest of them 255; all 0 in silence.
    `even`: it is hardly ever louder or softer, as no voice is, but a fan or a hum.
    """

    seconds: float
    waveform: bytes
    silent: bool
    even: bool = False


def loudness(path: Path) -> Loudness:
    """Raises NotSound."""
    bars, levels = _Bars(_RATE // 10), _Levels(_RATE // 10)
    for sound in samples(path, _RATE):
        bars.add(sound)
        levels.add(sound)
    rms = bars.rms()
    loudest = float(rms.max(initial=0))
    if loudest < SILENCE:
        return Loudness(bars.count / _RATE, bytes(rms.size), silent=True)
    waveform = np.round(rms / loudest * 255).astype(np.uint8).tobytes()
    return Loudness(bars.count / _RATE, waveform, silent=False, even=levels.even)


class _Levels:
    """How often it is how loud, in dB."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._often = np.zeros(_FLOOR + 1, np.int64)

    def add(self, sound: Samples) -> None:
        """What is left over at its end does not count."""
        whole = sound[: sound.size // self._size * self._size].reshape(-1, self._size)
        energies = np.mean(whole.astype(np.float64) ** 2, axis=1)
        levels = np.round(10 * np.log10(np.maximum(energies, 1e-12))).astype(int)
        self._often += np.bincount(np.clip(levels + _FLOOR, 0, _FLOOR), minlength=_FLOOR + 1)

    @property
    def even(self) -> bool:
        """Between the softest moments and the loudest; clicks and breaths do not count."""
        share = np.cumsum(self._often) / max(self._often.sum(), 1)
        softest, loudest = (int(np.argmax(share >= part)) for part in (0.05, 0.95))
        return loudest - softest < _EVEN


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
