"""Vectors for what is kept and for what is asked."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.errors import ParleyError, Refused
from bot.openai.embeddings import EmbeddingRequest
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.vectors import Vector, Waiting

if TYPE_CHECKING:
    from bot.recall.vectors import Floats

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds that a question waits for its vector; then words alone must do
TOGETHER = 200  # passages of one call
REFUSED, FAILED = 3_600.0, 120.0  # seconds until it is tried again


class Embedding:
    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        self.model = services.models["embeddings"]
        self._openai = services.openai
        self._vectors = services.recall.vectors
        self._clock = clock

    async def of(self, payer: Payer, text: str) -> "Floats | None":
        """None where it cannot be had now, or not for this person's money."""
        from bot.recall import vectors  # noqa: PLC0415  NumPy, imported when first used

        request = EmbeddingRequest(model=self.model, input=text)
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._openai.charged_to(payer).embed(request)
        except (ParleyError, TimeoutError) as error:
            log.info("a question is looked for by its words alone: %s", error)
            return None
        return vectors.unit(found.vectors[0])

    async def learn(self, payer: Payer, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Raises ParleyError; what was learned until then stays."""
        from bot.recall import vectors  # noqa: PLC0415

        charged = self._openai.charged_to(payer)
        for start in range(0, len(ids), TOGETHER):
            some = tuple(texts[start : start + TOGETHER])
            request = EmbeddingRequest(model=self.model, input=some)
            answer = await charged.embed(request)
            kept = await asyncio.to_thread(vectors.all_kept, answer.vectors)
            parts = zip(ids[start:], kept, charged.embedding_keys(request), strict=False)
            await self._vectors.learn(
                self.model, [Vector(id_, *one, key) for id_, one, key in parts]
            )

    async def catch_up(self) -> None:
        """What has no vector of this model, at the cost of who said it."""
        while waiting := await self._vectors.waiting(self.model, self._clock(), TOGETHER):
            for payer, group in itertools.groupby(waiting, _payer):
                await self._caught_up(payer, list(group))

    async def _caught_up(self, payer: Payer, group: Sequence[Waiting]) -> None:
        ids = [one.id for one in group]
        try:
            await self.learn(payer, ids, [one.text for one in group])
        except ParleyError as error:
            log.info("%s passages wait for their vectors: %s", len(ids), error)
            pause = REFUSED if isinstance(error, Refused) else FAILED
            await self._vectors.wait(ids, self._clock() + pause)


def _payer(waiting: Waiting) -> Payer:
    return Payer(waiting.author, waiting.workspace, waiting.delivery, waiting.channel)
