"""A long recording in pieces that the API takes: cut where nobody speaks, or else overlapping."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.media.decoding import Samples, samples
from bot.media.encoding import Encoder, Format

RATE = 16_000  # as recognisers hear
# The mode and the effort of libopus that take a third of the time.
FORM = Format(
    "ogg", "libopus", RATE, 32_000,
    {"application": "audio", "compression_level": "0", "vbr": "off"},
)  # fmt: skip
BYTES = 4_500  # a second at most: 4,000 of sound, the pages of Ogg, and some to spare
SHORTEST = 10.0  # seconds that a piece must be allowed to have

_WINDOW = 30 * RATE  # before the longest end: where the cut is looked for
_LEFT = RATE // 2  # at least between the cut and the longest end: no model takes a splinter
_BLOCK = RATE // 50
_GAP = 5  # blocks between two words
_PAUSE = 15  # blocks: longer than the stop in a "p" or a "t"
_QUIET, _SILENT = 0.05, 0.001  # of what is loud there (-26 dB); of full scale


class Piece(msgspec.Struct, frozen=True):
    """`start` and `end` in seconds of the recording. Where a piece begins before the one ahead of
    it ends, what is between was said in both.
    """

    path: Path
    start: float
    end: float


def pieces(  # noqa: PLR0913  a cut has this many measures
    source: Path,
    folder: Path,
    *,
    most_bytes: int,
    most_seconds: float,
    overlap: float = 4.0,
    always: bool = False,
) -> Iterator[Piece]:
    """Ogg Opus, one after the other as they are asked for, and the same ones each time. No more
    than half a minute is in memory. `most_seconds` is ten or more, `overlap` in seconds; `always`:
    in a pause too. Raises NotSound.
    """
    longest = _longest(most_bytes, most_seconds)
    window = min(_WINDOW, longest // 2)
    lap = min(int(overlap * RATE), window // 2)
    tape, start = _Tape(samples(source, RATE)), 0
    for number in count(1):
        with Encoder(folder / f"{number:04}.ogg", FORM) as file:
            for sound in tape.read(longest - window):
                file.write(sound)
            tail = tape.whole(window + 1)
            end, following = window, window
            if tail.size > window:
                end, following = _cut(tail[:window], lap, always=always)
            file.write(tail[:end])
        yield Piece(file.path, start / RATE, (start + file.written) / RATE)
        if tail.size <= window:
            return
        tape.put_back(tail[following:])
        start += file.written - (end - following)


def _longest(most_bytes: int, most_seconds: float) -> int:
    """In samples. Raises ValueError."""
    seconds = min(most_seconds, most_bytes / BYTES)
    if seconds < SHORTEST:
        raise ValueError(f"pieces of {seconds:.1f} s; they need {SHORTEST:.0f}")
    return int(seconds * RATE)


def _cut(tail: Samples, lap: int, *, always: bool) -> tuple[int, int]:
    """Where the piece ends, and where the next one begins: one place in the middle of the
    longest pause, or two around the quietest place where nobody pauses, or where it must be so.
    """
    whole = tail.size // _BLOCK
    rms = np.sqrt(np.mean(tail[: whole * _BLOCK].reshape(whole, _BLOCK) ** 2, axis=1))
    searched = rms[: (tail.size - _LEFT) // _BLOCK]
    quiet = searched <= max(_QUIET * float(np.percentile(rms, 95)), _SILENT)
    first, last = _longest_run(quiet)
    if last - first >= _PAUSE and not always:
        middle = (first + last) // 2 * _BLOCK
        return middle, middle
    most = searched.size - lap // _BLOCK
    middle = _quietest(rms, lap // _BLOCK, most)
    near, far = lap // 4 // _BLOCK, lap * 3 // 4 // _BLOCK
    end = _quietest(rms, middle + near, middle + far)
    start = _quietest(rms, middle - far, middle - near)
    return end * _BLOCK, start * _BLOCK


def _quietest(rms: NDArray[np.float64], first: int, last: int) -> int:
    """The block in the middle of a tenth of a second: between words, not the stop in one."""
    smooth = np.convolve(rms, np.ones(_GAP) / _GAP, "same")
    return first + int(np.argmin(smooth[first : max(last, first + 1)]))


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Where it begins and ends; the last of those that are as long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    runs = edges.reshape(-1, 2)
    if not runs.size:
        return 0, 0
    first, last = max(runs.tolist(), key=lambda run: (run[1] - run[0], run[0]))
    return first, last


class _Tape:
    """Sound that is read by the sample, and of which some can be put back."""

    def __init__(self, sounds: Iterator[Samples]) -> None:
        self._sounds = sounds
        self._rest: Samples = np.zeros(0, np.float32)

    def read(self, wanted: int) -> Iterator[Samples]:
        """Fewer at the end."""
        while wanted:
            sound = self._rest if self._rest.size else next(self._sounds, None)
            if sound is None:
                return
            self._rest = sound[wanted:]
            wanted -= min(wanted, sound.size)
            yield sound[: sound.size - self._rest.size]

    def whole(self, wanted: int) -> Samples:
        return np.concatenate([np.zeros(0, np.float32), *self.read(wanted)])

    def put_back(self, sound: Samples) -> None:
        self._rest = np.concatenate((sound, self._rest))
