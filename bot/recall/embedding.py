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
    """`made_by` names what vectors are to be compared: those of one model and of one length."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        self.model = services.models["embeddings"]
        self._dimensions = services.settings.embeddings.dimensions
        self.made_by = made_by(self.model, self._dimensions)
        self._openai = services.openai
        self._vectors = services.recall.vectors
        self._clock = clock

    async def of(self, payer: Payer, text: str) -> "Floats | None":
        """None where it cannot be had now, or not for this person's money."""
        try:
            async with asyncio.timeout(PATIENCE):
                (vector,) = await self.each(payer, (text,))
        except (ParleyError, TimeoutError) as error:
            log.info("a question is looked for by its words alone: %s", error)
            return None
        return vector

    async def each(self, payer: Payer, texts: Sequence[str]) -> "list[Floats]":
        """Raises ParleyError."""
        from bot.recall import vectors  # noqa: PLC0415  NumPy, imported when first used

        found = await self._openai.charged_to(payer).embed(self._request(texts))
        return [vectors.unit(vector) for vector in found.vectors]

    async def learn(self, payer: Payer, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Raises ParleyError; what was learned until then stays."""
        from bot.recall import vectors  # noqa: PLC0415

        charged = self._openai.charged_to(payer)
        for start in range(0, len(ids), TOGETHER):
            request = self._request(texts[start : start + TOGETHER])
            answer = await charged.embed(request)
            kept = await asyncio.to_thread(vectors.all_kept, answer.vectors)
            parts = zip(ids[start:], kept, charged.embedding_keys(request), strict=False)
            await self._vectors.learn(
                self.made_by, [Vector(id_, *one, key) for id_, one, key in parts]
            )

    def _request(self, texts: Sequence[str]) -> EmbeddingRequest:
        return EmbeddingRequest(model=self.model, input=tuple(texts), dimensions=self._dimensions)

    async def catch_up(self) -> None:
        """What has no vector of this model, at the cost of who said it."""
        while waiting := await self._vectors.waiting(self.made_by, self._clock(), TOGETHER):
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


def made_by(model: str, dimensions: int | None) -> str:
    return model if dimensions is None else f"{model}/{dimensions}"


def _payer(waiting: Waiting) -> Payer:
    return Payer(waiting.author, waiting.workspace, waiting.delivery, waiting.channel)
