"""What means the same, by the vectors of a workspace."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple

from bot.recall import index, vectors
from bot.recall.vectors import Floats
from bot.storage.passages import Scope
from bot.storage.vectors import Vectors

_CANDIDATES = 100  # by their signs, of which the best by their numbers are taken
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
        """The best, best first. What was forgotten meanwhile has no numbers any more."""
        kept = await self._current(scope.workspace)
        bits = vectors.signs(query)
        async with kept.lock:
            found = await asyncio.to_thread(
                kept.index.near, bits, max(_CANDIDATES, 2 * count), scope.has
            )
        numbers = await self._stored.of(found)
        cosines = await asyncio.to_thread(vectors.alike, query, list(numbers.values()))
        ranked = sorted(zip(cosines, numbers, strict=True), reverse=True)
        return [Near(id_, cosine) for cosine, id_ in ranked[:count]]

    async def _current(self, workspace: str) -> _Kept:
        kept = self._all.setdefault(workspace, _Kept())
        self._all.move_to_end(workspace)
        if len(self._all) > _KEPT:
            self._all.popitem(last=False)
        async with kept.lock:
            rows = await self._stored.signs(workspace, self._model, kept.index.last)
            await asyncio.to_thread(kept.index.add, rows)
        return kept
