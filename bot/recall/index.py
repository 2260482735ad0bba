"""The vectors of one workspace by their signs, in memory: 192 bytes each where they have 1,536
numbers. Blocking, but NumPy lets the loop run meanwhile.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.recall.vectors import Bits
from bot.storage.vectors import Sign

Where = tuple[str, str, str]  # kind, channel, place
_STRETCH = 16_384  # passages whose distances stay in the processor's cache
_ROUGH = 2_048  # passages that are looked at whole, where there are more: the best by half


class Index:
    """Grows in steps, so that a new passage copies nothing. `_bits` has a column a passage: a row
    of it is 64 numbers of each, in the order in which they are compared.
    """

    def __init__(self) -> None:
        self.last = 0  # the id of the newest sign
        self.size = 0
        self._passages = np.empty(0, np.int64)
        self._groups = np.empty(0, np.int32)
        self._bits: Bits = np.empty((0, 0), np.uint64)
        self._numbers: dict[Where, int] = {}  # of the groups

    def add(self, rows: Sequence[Sign]) -> None:
        """Rows of another length (a server changed its model) are left out."""
        if not rows:
            return
        width = len(self._bits) or len(rows[0].bits) // 8
        self.last = rows[-1].id
        rows = [row for row in rows if len(row.bits) == width * 8]
        start, self.size = self.size, self.size + len(rows)
        self._make_room(width)
        bits = np.frombuffer(b"".join(row.bits for row in rows), np.uint64)
        self._bits[:, start : self.size] = bits.reshape(-1, width).T
        self._passages[start : self.size] = [row.passage for row in rows]
        self._groups[start : self.size] = [self._group(row) for row in rows]

    def drop(self, passages: Collection[int]) -> None:
        """They are forgotten."""
        kept = np.flatnonzero(~np.isin(self._passages[: self.size], list(passages)))
        self._passages, self._groups = self._passages[kept], self._groups[kept]
        self._bits, self.size = self._bits[:, kept], len(kept)

    def _make_room(self, width: int) -> None:
        if self.size > len(self._passages):
            size = max(self.size, 2 * len(self._passages), 64)
            self._passages = _grown(self._passages, (size,))
            self._groups = _grown(self._groups, (size,))
            self._bits = _grown(self._bits, (width, size))

    def _group(self, row: Sign) -> int:
        where = (row.kind, row.channel, row.place)
        return self._numbers.setdefault(where, len(self._numbers))

    def near(self, query: Bits, count: int, has: Callable[[str, str, str], bool]) -> list[int]:
        """The passages with the most equal signs among the groups that it `has`, best first."""
        if len(self._bits) != len(query):
            return []
        wanted = np.array([has(*where) for where in self._numbers], np.bool_)
        rows = None if wanted.all() else np.flatnonzero(wanted[self._groups[: self.size]])
        bits = self._bits[:, : self.size] if rows is None else self._bits[:, rows]
        best = _nearest(bits, query, count)
        found = self._passages[best if rows is None else rows[best]]
        return [int(passage) for passage in found]


def _grown(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    larger = np.empty(shape, array.dtype)
    if array.size:
        larger[..., : array.shape[-1]] = array
    return larger


def _nearest(bits: Bits, query: Bits, count: int) -> NDArray[np.intp]:
    if bits.shape[1] <= 4 * max(_ROUGH, count):
        return _least(_distances(bits, query), count)
    half = len(query) // 2
    rough = _least(_distances(bits[:half], query[:half]), max(_ROUGH, 4 * count))
    return rough[_least(_distances(bits[:, rough], query), count)]


def _distances(bits: Bits, query: Bits) -> NDArray[np.int32]:
    distances = np.zeros(bits.shape[1], np.uint16)
    unequal = np.empty(_STRETCH, np.uint64)
    counts = np.empty(_STRETCH, np.uint8)
    for start in range(0, len(distances), _STRETCH):
        some = distances[start : start + _STRETCH]
        for row, numbers in zip(bits, query, strict=True):
            np.bitwise_xor(row[start : start + _STRETCH], numbers, out=unequal[: len(some)])
            np.bitwise_count(unequal[: len(some)], out=counts[: len(some)])
            some += counts[: len(some)]
    return distances.astype(np.int32)  # of which NumPy finds the least four times as fast


def _least(distances: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    if len(distances) > count:
        best = np.argpartition(distances, count)[:count]
        return best[np.argsort(distances[best], kind="stable")]
    return np.argsort(distances, kind="stable")
