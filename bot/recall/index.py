"""The vectors of one workspace by their signs, in memory: 192 bytes each where they have 1,536
numbers. Blocking, but NumPy lets the loop run meanwhile.
"""

import os
from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.recall.vectors import Bits
from bot.storage.vectors import Sign

Where = tuple[str, str, str]  # kind, channel, place
_STRETCH = 25_000  # passages whose distances stay in the processor's cache
_ROUGH = 4_096  # passages that are looked at whole, where there are more: the best by a quarter
# Some kernels let a thread run for 5 ms on the processor that the event loop waits for.
_step_aside = getattr(os, "sched_yield", lambda: None)


class Index:
    """Grows in steps, so that a new passage copies nothing. A quarter of the signs of every passage
    is compared, and the rest of those that are best by it; so the quarter has a row for 64 numbers
    of each passage, and the rest a row for each passage: the order in which memory is read.
    """

    def __init__(self) -> None:
        self.last = 0  # the id of the newest sign
        self.size = 0
        self._passages = np.empty(0, np.int64)
        self._groups = np.empty(0, np.int32)
        self._quarter: Bits = np.empty((0, 0), np.uint64)
        self._rest: Bits = np.empty((0, 0), np.uint64)
        self._numbers: dict[Where, int] = {}  # of the groups

    def add(self, rows: Sequence[Sign]) -> None:
        """Rows of another length (a server changed its model) are left out."""
        if not rows:
            return
        width = self._width or len(rows[0].bits) // 8
        self.last = rows[-1].id
        rows = [row for row in rows if len(row.bits) == width * 8]
        start, self.size = self.size, self.size + len(rows)
        self._make_room(width)
        bits = np.frombuffer(b"".join(row.bits for row in rows), np.uint64).reshape(-1, width)
        self._quarter[:, start : self.size] = bits[:, : len(self._quarter)].T
        self._rest[start : self.size] = bits[:, len(self._quarter) :]
        self._passages[start : self.size] = [row.passage for row in rows]
        self._groups[start : self.size] = [self._group(row) for row in rows]

    def drop(self, passages: Collection[int]) -> None:
        """They are forgotten."""
        kept = np.flatnonzero(~np.isin(self._passages[: self.size], list(passages)))
        self._passages, self._groups = self._passages[kept], self._groups[kept]
        self._quarter, self._rest = self._quarter[:, kept], self._rest[kept]
        self.size = len(kept)

    @property
    def _width(self) -> int:
        return len(self._quarter) + int(self._rest.shape[1])

    def _make_room(self, width: int) -> None:
        if self.size > len(self._passages):
            size, quarter = max(self.size, 2 * len(self._passages), 64), -(-width // 4)
            self._passages = _grown(self._passages, (size,))
            self._groups = _grown(self._groups, (size,))
            self._quarter = _grown(self._quarter, (quarter, size))
            self._rest = _grown(self._rest, (size, width - quarter))

    def _group(self, row: Sign) -> int:
        where = (row.kind, row.channel, row.place)
        return self._numbers.setdefault(where, len(self._numbers))

    def near(self, query: Bits, count: int, has: Callable[[str, str, str], bool]) -> list[int]:
        """The passages with the most equal signs among the groups that it `has`, in no order."""
        if self._width != len(query):
            return []
        rows, words = self._rows(has), len(self._quarter)
        unequal = _unequal(self._quarter[:, rows], query[:words])
        best = np.sort(_least(unequal, max(_ROUGH, 4 * count)))  # as they lie in memory
        found = best if isinstance(rows, slice) else rows[best]
        rest = np.bitwise_count(self._rest.take(found, axis=0) ^ query[words:])
        found = found[_least(unequal[best] + rest.sum(axis=1, dtype=np.int32), count)]
        return cast("list[int]", self._passages[found].tolist())

    def _rows(self, has: Callable[[str, str, str], bool]) -> slice | NDArray[np.intp]:
        """A slice copies nothing."""
        wanted = np.array([has(*where) for where in self._numbers], np.bool_)
        all_ = slice(self.size)
        return all_ if wanted.all() else np.flatnonzero(wanted[self._groups[all_]])


def _grown(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    larger = np.empty(shape, array.dtype)
    if array.size:
        larger[tuple(slice(size) for size in array.shape)] = array
    return larger


def _unequal(bits: Bits, query: Bits) -> NDArray[np.int32]:
    """How many signs, by passage."""
    distances = np.zeros(bits.shape[1], np.uint16)
    unequal = np.empty(_STRETCH, np.uint64)
    counts = np.empty(_STRETCH, np.uint8)
    for start in range(0, len(distances), _STRETCH):
        _step_aside()
        some = distances[start : start + _STRETCH]
        for row, numbers in zip(bits, query, strict=True):
            np.bitwise_xor(row[start : start + _STRETCH], numbers, out=unequal[: len(some)])
            np.bitwise_count(unequal[: len(some)], out=counts[: len(some)])
            some += counts[: len(some)]
    return distances.astype(np.int32)  # of which NumPy finds the least four times as fast


def _least(distances: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """Where they are, in no order."""
    if len(distances) > count:
        return np.argpartition(distances, count)[:count]
    return np.arange(len(distances))
