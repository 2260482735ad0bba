"""Real speech through real engines: spoken by the sandbox, cut, heard, joined; beside the same
heard whole. It takes a quarter of real time on two idle cores, so `sound` does it on request only.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row, within
from tests.sandbox.seams import Compared, compared
from tests.sandbox.sentences import speech

_PIECE = 30.0  # seconds at most: a hundred and more seams an hour
_PACE = 18.5  # characters a second
MEMORY = 300  # MiB


def rows(seconds: float) -> Iterator[Row]:
    """Of about so many seconds, in a process that does nothing else."""
    line = [sys.executable, "-m", "benchmarks.speech", str(seconds)]
    told = json.loads(subprocess.run(line, stdout=subprocess.PIPE, check=True).stdout)
    found, peak = Compared(*told["found"]), told["peak"]
    name = f"speech, {found.seconds / 60:.0f} minutes, {found.seams} seams"
    made = f"{name}: words lost or doubled by joining ({found.laps} seams in speech)"
    yield Row(made, len(found.made), found.seams, len(found.made) / found.seams, 0.0)
    more = f"{name}: words beyond the whole's faults, to as many places between"
    yield Row(more, found.near, found.between, found.near / max(found.between, 1), 1.5)
    ratio = found.cut / max(found.uncut, 1)
    yield Row(
        f"{name}: wrong of {found.said} words, to the whole", found.cut, found.uncut, ratio, 1.1
    )
    yield within(f"{name}: peak MiB without the engines, to {MEMORY}", peak, MEMORY)
    times = found.seconds / found.took
    yield within(f"{name}: s of hearing ({times:.1f} times real time)", found.took, found.seconds)


def _measure(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        texts = list(speech(int(seconds * _PACE)))
        found = asyncio.run(compared(Path(folder), texts, _PIECE))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"found": found._replace(times=[]), "peak": peak}))


if __name__ == "__main__":
    _measure(float(sys.argv[1]))
