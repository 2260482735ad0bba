"""P10: what is alike among 1e5 vectors of 1,536 numbers, against one product of matrices by NumPy.

The vectors are made as embeddings lie: in heaps, since people come back to the same subjects, and
all a little to one side. A question is a passage somewhat changed.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from array import array
from pathlib import Path
from typing import Self

import numpy as np

from benchmarks.row import Row, against, sized, within
from bot.events import Place
from bot.recall import topics
from bot.recall.grouping import gathered
from bot.recall.meaning import Indexes
from bot.recall.vectors import kept, unit
from bot.storage.database import open_database
from bot.storage.passages import Saying, Scope
from bot.storage.recall import Recall
from bot.storage.vectors import Said, Vector

PASSAGES = sized(100_000, 10_000)
NUMBERS = 1_536
QUESTIONS = 60
TOP = 10
PLACE = Place("slack", "T1", "C1", "1.1")
SCOPE = Scope(PLACE.payer)
MODEL = "m"


def rows() -> list[Row]:
    return asyncio.run(_rows())


async def _rows() -> list[Row]:
    vectors, questions = _vectors()
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(Path(folder) / "parley.db")
        recall = Recall(database)
        await _fill(recall, vectors)
        gc.collect()
        gc.freeze()  # as bot.app does
        indexes, loads = Indexes(recall.vectors, MODEL), Stalls()
        began = time.perf_counter()
        async with loads:
            await indexes.near(questions[0], SCOPE, TOP)
        loading = time.perf_counter() - began
        grouping = await _grouped(recall)
        idle = await _idle()
        figures = await _measured(indexes, vectors, questions)
        stalls = await _watched(indexes, questions)
        worded = await _worded(recall)
        await database.close()
    floor, ours, hits = map(list, zip(*figures, strict=True))
    missed = 100 * (1 - statistics.fmean(hits))
    size = f"{PASSAGES:.0e} x {NUMBERS}"
    return [
        against(f"P10 recall over {size}, ms / of a matmul", statistics.median(ours) * 1e3,
                statistics.median(floor) * 1e3, 0.3),
        within("P10 missed of the ten nearest, per cent, to 1", missed, 1),
        within("P10 loop stalls meanwhile, p99 ms, to 5", stalls.p99 * 1e3, 5),
        within("recall, of these what other programs took left out, ms, to 5",
               stalls.own * 1e3, 5),
        within("recall, the same of an idle loop, ms, to 5", idle.p99 * 1e3, 5),
        within("recall, the index loaded when first used, ms, to 3000", loading * 1e3, 3_000),
        within("recall, the longest own stall of the loop meanwhile, ms, to 20",
               loads.longest * 1e3, 20),
        within(f"topics of {PASSAGES:.0e} passages, ms, to 3000", grouping * 1e3, 3_000),
        within(f"recall, three words among {PASSAGES:.0e}, ms, to 50", worded * 1e3, 50),
    ]  # fmt: skip


def _vectors() -> tuple[np.ndarray, list[np.ndarray]]:
    random = np.random.default_rng(7)
    middles = random.standard_normal((PASSAGES // 100, NUMBERS), np.float32)
    vectors = np.empty((PASSAGES, NUMBERS), np.float32)
    side = random.standard_normal(NUMBERS, np.float32) * 0.5
    for start in range(0, PASSAGES, 1_000):
        heaps = random.integers(len(middles), size=1_000)
        noise = random.standard_normal((1_000, NUMBERS), np.float32)
        vectors[start : start + 1_000] = side + middles[heaps] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = vectors[random.integers(PASSAGES, size=QUESTIONS)]
    noise = random.standard_normal(chosen.shape, np.float32) * 0.7 / NUMBERS**0.5
    return vectors, [unit(array("f", one)) for one in chosen + noise]


async def _fill(recall: Recall, vectors: np.ndarray) -> None:
    words = np.random.default_rng(8).zipf(1.3, size=(PASSAGES, 60)) % 50_000
    for start in range(0, PASSAGES, 1_000):
        some = range(start, min(start + 1_000, PASSAGES))
        sayings = [Saying(" ".join(f"w{word}" for word in words[number])) for number in some]
        ids = await recall.keep("said", PLACE, sayings, delivery=f"d{start}", author="a")
        await recall.vectors.learn(
            MODEL,
            [Vector(id_, *kept(array("f", vectors[number])), b"")
             for id_, number in zip(ids, some, strict=True)],
        )  # fmt: skip


async def _measured(
    indexes: Indexes, vectors: np.ndarray, questions: list[np.ndarray]
) -> list[tuple[float, float, float]]:
    """Floor and ours take turns, so that a busy machine is unfair to both."""
    figures = []
    for question in questions:
        began = time.perf_counter()
        exact = vectors @ question
        floor = time.perf_counter() - began
        best = set(np.argpartition(-exact, TOP)[:TOP] + 1)  # ids count from 1
        await asyncio.sleep(0.1)  # BLAS's threads go on spinning for a while
        began = time.perf_counter()
        found = await indexes.near(question, SCOPE, TOP)
        ours = time.perf_counter() - began
        figures.append((floor, ours, len(best & {near.id for near in found}) / TOP))
    return figures


async def _watched(indexes: Indexes, questions: list[np.ndarray]) -> "Stalls":
    """By themselves: who looks at the clock every millisecond takes a fifth of the time."""
    stalls = Stalls()
    for question in questions:
        async with stalls:
            await indexes.near(question, SCOPE, TOP)
    return stalls


async def _idle() -> "Stalls":
    """What this machine does to a loop that does nothing."""
    async with Stalls() as stalls:
        await asyncio.sleep(1.0)
    return stalls


async def _grouped(recall: Recall) -> float:
    """Seconds: what /topics reads and groups, without the words of its headings."""
    said = Said(PLACE.payer, "", MODEL, 0.0)
    began = time.perf_counter()
    places = [one.place for one in await recall.vectors.places(said)]
    spots = await recall.vectors.spots(said, places, topics.MOST)
    numbers = await recall.vectors.of([spot.passage for spot in spots])
    await asyncio.to_thread(gathered, list(numbers.values()), ())
    return time.perf_counter() - began


class Stalls:
    """How late the loop comes to what is due, every millisecond, in seconds."""

    def __init__(self) -> None:
        self._all = list[float]()
        self._own = list[float]()  # without what the thread waited for a processor

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    @property
    def p99(self) -> float:
        return _p99(self._all)

    @property
    def own(self) -> float:
        return _p99(self._own)

    @property
    def longest(self) -> float:
        return max(self._own)

    async def _watch(self) -> None:
        while True:
            waited, began = _waited(), time.perf_counter()
            await asyncio.sleep(0.001)
            late = time.perf_counter() - began - 0.001
            self._all.append(late)
            self._own.append(max(0.0, late - (_waited() - waited)))


def _waited() -> float:
    """Seconds that this thread could have run and had no processor; 0 where nobody tells.
    https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
    """
    path = Path("/proc/thread-self/schedstat")
    return int(path.read_text().split()[1]) / 1e9 if path.exists() else 0.0


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


async def _worded(recall: Recall) -> float:
    times = []
    for number in range(20):
        began = time.perf_counter()
        await recall.worded(f"w{40 + number} w{700 + number} w{9000 + number}", SCOPE, 50)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
