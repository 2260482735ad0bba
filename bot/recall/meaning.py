"""What means the same, by the vectors of a workspace."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple

from bot.recall import index, vectors
from bot.recall.vectors import Bits, Floats
from bot.storage.passages import Scope
from bot.storage.vectors import AT_ONCE, Vectors

_CANDIDATES = 100  # by their signs, of which the best by their numbers are taken
_LOOKS = 4
_FEW = 10  # passages
_KEPT = 16  # workspaces in memory: those asked last


class Near(NamedTuple):
    id: int  # the passage's
    cosine: float


class _Kept:
    def __init__(self) -> None:
        self.index = index.Index()
        self.lock = asyncio.Lock()


class Indexes:
    """One a workspace, so that two never meet; read when first used, then kept up to date.
    `model`: that made the vectors.
    """

    def __init__(self, stored: Vectors, model: str) -> None:
        self._stored = stored
        self._model = model
        self._all: OrderedDict[str, _Kept] = OrderedDict()

    async def near(self, query: Floats, scope: Scope, count: int) -> list[Near]:
        """The best, best first."""
        numbers = await self._numbers(vectors.signs(query), scope, max(_CANDIDATES, 2 * count))
        cosines = await asyncio.to_thread(vectors.alike, query, list(numbers.values()))
        ranked = sorted(zip(cosines, numbers, strict=True), reverse=True)
        return [Near(id_, cosine) for cosine, id_ in ranked[:count]]

    async def _numbers(self, query: Bits, scope: Scope, count: int) -> dict[int, bytes]:
        """Of the nearest by their signs. What has no numbers any more is forgotten, and is no
        reason to find less.
        """
        numbers: dict[int, bytes] = {}
        for _ in range(_LOOKS):
            kept = await self._current(scope.workspace)
            async with kept.lock:
                found = await asyncio.to_thread(kept.index.near, query, count, scope.has)
                numbers = await self._stored.of(found)
                if not (gone := set(found) - numbers.keys()):
                    break
                await self._forget(kept, gone)
        return numbers

    async def _forget(self, kept: _Kept, gone: set[int]) -> None:
        """Where there is much of it, all is read again."""
        if len(gone) > _FEW:
            kept.index = index.Index()
        else:
            await asyncio.to_thread(kept.index.drop, gone)

    async def _current(self, workspace: str) -> _Kept:
        kept = self._all.setdefault(workspace, _Kept())
        self._all.move_to_end(workspace)
        if len(self._all) > _KEPT:
            self._all.popitem(last=False)
        async with kept.lock:
            more = True
            while more:
                rows = await self._stored.signs(workspace, self._model, kept.index.last)
                await asyncio.to_thread(kept.index.add, rows)
                more = len(rows) == AT_ONCE
        return kept
