"""What means the same, by the vectors of a workspace."""

import asyncio
import threading
from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from bot.recall import index, vectors
from bot.recall.vectors import Floats
from bot.storage.passages import Scope
from bot.storage.vectors import AT_ONCE, Moment, Vectors

_CANDIDATES = 100  # by their signs, of which the best by their numbers are taken
_FEW = 10  # passages
_KEPT = 16  # workspaces in memory: those asked last


class Near(NamedTuple):
    id: int  # the passage's
    cosine: float


class Asked(NamedTuple):
    query: Floats
    scope: Scope
    most: int


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
        kept = self._of(scope.workspace)
        look = partial(kept.near, Asked(query, scope, count))
        async with kept.turn:
            found = None
            while found is None:
                found = await self._stored.look(scope.workspace, self._model, look)
        return found

    def _of(self, workspace: str) -> "_Kept":
        kept = self._all.setdefault(workspace, _Kept())
        self._all.move_to_end(workspace)
        if len(self._all) > _KEPT:
            self._all.popitem(last=False)
        return kept


class _Kept:
    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # one reader of the database is enough for a workspace
        self._index = index.Index()
        self._busy = threading.Lock()  # who was cancelled leaves a thread behind

    def near(self, asked: Asked, moment: Moment) -> list[Near] | None:
        """None: of a large index a part was read, and the rest waits for another moment."""
        with self._busy:
            rows = moment.signs(self._index.last)
            self._index.add(rows)
            numbers = None if len(rows) == AT_ONCE else self._numbers(asked, moment)
        if numbers is None:
            return None
        cosines = vectors.alike(asked.query, list(numbers.values()))
        ranked = sorted(zip(cosines, numbers, strict=True), reverse=True)
        return [Near(id_, cosine) for cosine, id_ in ranked[: asked.most]]

    def _numbers(self, asked: Asked, moment: Moment) -> dict[int, bytes] | None:
        """Of the nearest by their signs. What has no numbers any more is forgotten, and is no
        reason to find less; where there is much of it, all is read again.
        """
        signs, count = vectors.signs(asked.query), max(_CANDIDATES, 2 * asked.most)
        while True:
            found = self._index.near(signs, count, asked.scope.has)
            numbers = moment.numbers(found)
            gone = set(found) - numbers.keys()
            if len(gone) > _FEW:
                self._index = index.Index()
                return None
            if not gone:
                return numbers
            self._index.drop(gone)
