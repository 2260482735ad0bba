"""Sound: CPU time for a minute of it, and the memory of cutting a long recording. Each runs in a
process of its own, which does nothing else.

The floor is decoding the same file at the same rate with FFmpeg and nothing on top.

`PARLEY_BENCH_SPEECH=3600 python -m benchmarks sound` has an hour of speech too (benchmarks/speech).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.row import Row, sized, within
from bot.media.encoding import FORMATS, Encoder

SPEECH = "PARLEY_BENCH_SPEECH"  # seconds
ROUNDS = sized(5, 2)
SHORT = sized(600, 60)  # seconds
LONG, LONG_RATE = sized(14_400, 300), 22_050  # four hours have 605 MiB
RATE = 16_000
MEMORY = 300  # MiB
GOALS = {"waveform": 3.0, "pieces": 6.0, "stitch": 6.0}  # to decoding; encoding is the most of them


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        short, long = Path(folder, "short.wav"), Path(folder, "long.wav")
        _recording(short, SHORT)
        _recording(long, LONG, LONG_RATE)
        return [*_costs(short), _memory(long), *_speech(float(os.environ.get(SPEECH, "0")))]


def _speech(seconds: float) -> Iterator[Row]:
    if seconds:
        from benchmarks import speech  # noqa: PLC0415  it imports the tests of the sandbox

        yield from speech.rows(seconds)


def _costs(path: Path) -> Iterator[Row]:
    """Kinds take turns, so that a busy machine is unfair to all alike."""
    times = [{kind: _run(kind, path)[0] for kind in ("decode", *GOALS)} for _ in range(ROUNDS)]
    middle = {kind: median(turn[kind] for turn in times) for kind in times[0]}
    floor = middle["decode"] / SHORT * 60_000
    for kind, goal in GOALS.items():
        ours = middle[kind] / SHORT * 60_000
        name = f"sound, {kind}: CPU ms a minute ({60_000 / ours:,.0f} times real time)"
        yield Row(name, ours, floor, ours / floor, goal)


def _memory(path: Path) -> Row:
    _, peak = _run("pieces", path)
    return within(f"sound, {LONG / 60:.0f} minutes in pieces: peak MiB, to {MEMORY}", peak, MEMORY)


_WORK = """
import json, resource, sys, tempfile
from pathlib import Path
import av
from bot.media.loudness import loudness
from bot.media.pieces import pieces
from bot.media.stitching import stitch
kind, path, folder = sys.argv[1], Path(sys.argv[2]), Path(tempfile.mkdtemp(dir=sys.argv[3]))
began = resource.getrusage(resource.RUSAGE_SELF)
if kind == "decode":
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("flt", "mono", 16_000)
        for frame in file.decode(audio=0):
            for part in resampler.resample(frame): part.to_ndarray()
elif kind == "waveform":
    loudness(path)
elif kind == "pieces":
    for piece in pieces(path, folder, most_bytes=25 << 20, most_seconds=600): piece.path.unlink()
else:
    stitch([path], folder / "whole", "opus")
ended = resource.getrusage(resource.RUSAGE_SELF)
spent = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
print(json.dumps([spent, ended.ru_maxrss / 1024]))
"""


def _run(kind: str, path: Path) -> tuple[float, float]:
    """Seconds of CPU time, MiB at the most."""
    line = [sys.executable, "-c", _WORK, kind, str(path), str(path.parent)]
    told = subprocess.run(line, capture_output=True, check=True, text=True).stdout
    spent, peak = json.loads(told)
    return spent, peak


def _recording(path: Path, seconds: int, rate: int = RATE) -> None:
    """Ten seconds of noise and one of silence, again and again."""
    noise = np.random.default_rng(1).standard_normal(10 * rate).astype(np.float32) * 0.1
    part = np.concatenate((noise, np.zeros(rate, np.float32)))
    with Encoder(path, FORMATS["wav"]._replace(rate=rate)) as file:
        for _ in range(0, seconds, 11):
            file.write(part)
