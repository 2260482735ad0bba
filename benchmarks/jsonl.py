"""Checking JSONL: what CPU time a large file takes with everything that is looked at, and what
memory. Each runs in a process of its own, which does nothing else.

The floor is `wc -l`, which looks for the ends of lines and nothing else.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from benchmarks.row import Row, sized, within

ROUNDS = sized(5, 2)
SIZE = sized(200, 20) * 10**6  # bytes
LINES = sized(50_000, 5_000)  # of a batch
GOAL = 100  # MB a second
MEMORY = 100  # MB
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "says")


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [row for kind in ("batch", "training") for row in _measured(kind, Path(folder))]


def _measured(kind: str, folder: Path) -> Iterator[Row]:
    path = folder / f"{kind}.jsonl"
    size = _written(kind, path)
    turns = [(_run(kind, path), _counted(path)) for _ in range(ROUNDS)]
    seconds = median(ours[0] for ours, _ in turns)
    lines = median(floor for _, floor in turns)
    peak, before = (max(ours[n] for ours, _ in turns) for n in (1, 2))
    speed = size / seconds / 1e6
    megabytes = f"{size / 1e6:.0f} MB of {kind}"
    yield Row(f"{megabytes}: CPU ms, {speed:.0f} MB/s, to those of {GOAL} MB/s", seconds * 1e3,
              size / GOAL / 1e3, seconds / (size / GOAL / 1e6), 1.0)  # fmt: skip
    yield Row(
        f"{megabytes}: CPU ms, to `wc -l`", seconds * 1e3, lines * 1e3, seconds / lines, 100.0
    )
    yield within(f"{megabytes}: peak MB, {before:.0f} of them before, to {MEMORY}", peak, MEMORY)


_WORK = """
import json, resource, sys, time
from pathlib import Path
from bot.desk.jsonl.batch import Reader
from bot.desk.jsonl import training
from bot.openai import catalogue, tokens
kind, path = sys.argv[1], Path(sys.argv[2])
models = catalogue.load()
model = models.model("gpt-4o-mini")
tokens.count(model, "the vocabulary is loaded")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
before, began = peak(), time.process_time()
if kind == "batch":
    report = Reader(models, None).read(path)
else:
    report = training.check(path, "supervised", model)
assert not report.wrong and report.tokens, report
print(json.dumps([time.process_time() - began, peak(), before]))
"""


def _run(kind: str, path: Path) -> tuple[float, float, float]:
    """Seconds of CPU time, MB at the most, MB before the file was opened."""
    line = [sys.executable, "-c", _WORK, kind, str(path)]
    told = subprocess.run(line, capture_output=True, check=True, text=True).stdout
    spent, peak, before = json.loads(told)
    return spent, peak, before


def _counted(path: Path) -> float:
    """Seconds of CPU time."""
    began = getrusage(RUSAGE_CHILDREN)
    subprocess.run(["wc", "-l", str(path)], capture_output=True, check=True)
    ended = getrusage(RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def _written(kind: str, path: Path) -> int:
    """A batch has as many lines as one may have; examples are as short as people's are."""
    random, size = Random(1), 0
    each = SIZE // LINES if kind == "batch" else 400
    with path.open("w") as file:
        for number in range(SIZE // each):
            words = " ".join(random.choices(WORDS, k=each // 5))
            size += file.write(f"{json.dumps(_line(kind, number, words[: each - 210]))}\n")
    return size


def _line(kind: str, number: int, words: str) -> dict:
    said = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": words}]
    if kind == "training":
        return {"messages": [*said, {"role": "assistant", "content": "So it is."}]}
    body = {"model": "gpt-4o-mini", "max_tokens": 100, "messages": said}
    return {"custom_id": f"row-{number}", "method": "POST", "url": "/v1/chat/completions",
            "body": body}  # fmt: skip
