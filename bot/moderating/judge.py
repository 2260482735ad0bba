"""Asks the moderation endpoint, and knows what it means when that does not answer."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from bot.errors import ParleyError
from bot.openai.catalogue_check import WrongValue
from bot.openai.chat_parts import PicturePart
from bot.openai.errors import BadRequest, Malformed, OpenAIError, RateLimited
from bot.openai.moderations import ModerationRequest, Verdict
from bot.provider_settings import ModerationProvider
from bot.spending.door import OpenAI
from bot.spending.payer import Payer

log = logging.getLogger(__name__)

Input: TypeAlias = str | PicturePart
PIECE = 8_000  # characters that are judged as one: longer ones thin out what is in them
OVERLAP = 200  # characters that two pieces share, so that nothing hides at a seam
TOGETHER = 32  # texts of one request
PATIENCE = 10.0  # seconds that a person waits for a verdict
AGAIN = 0.5  # seconds before another attempt at a rate limit
CLEAN = Verdict(flagged=False, categories={}, scores={})


class Down(ParleyError):
    """There is no verdict. `lasting`: there will be none on this, ask as often as you like."""

    def __init__(self, error: OpenAIError | TimeoutError, *, lasting: bool = False) -> None:
        super().__init__("What is said cannot be checked just now.", f"no verdict: {error!r}")
        self.lasting = lasting


class Judge:
    """One a process: it remembers that a server has no such endpoint."""

    def __init__(
        self, openai: OpenAI, settings: ModerationProvider, models: Mapping[str, str]
    ) -> None:
        self._openai = openai
        self._settings = settings
        self._model = models["moderation"]
        self._absent = False
        self._blind = False  # it judges no pictures

    @property
    def on(self) -> bool:
        """Whether anything is checked here."""
        return self._settings.mode != "off" and not self._absent

    async def verdict(self, payer: Payer, inputs: Sequence[Input]) -> Verdict:
        """Of all of it together. Raises Down, and what the charged door raises."""
        texts = [piece for one in inputs if isinstance(one, str) for piece in pieces(one)]
        pictures = [one for one in inputs if isinstance(one, PicturePart)]
        asked: list[ModerationRequest] = [
            ModerationRequest(model=self._model, input=tuple(texts[n : n + TOGETHER]))
            for n in range(0, len(texts), TOGETHER)
        ]
        looks = [ModerationRequest(model=self._model, input=(one,)) for one in pictures]
        try:
            async with asyncio.timeout(PATIENCE):
                found = await asyncio.gather(
                    *(self._soon(payer, request) for request in asked),
                    *(self._look(payer, request) for request in looks),
                )
        except TimeoutError as error:
            raise Down(error) from error
        return worst([verdict for verdicts in found for verdict in verdicts])

    async def each(self, payer: Payer, texts: Sequence[str]) -> Sequence[Verdict]:
        """A verdict a text, of TOGETHER at most, however long it takes. Raises as above."""
        request = ModerationRequest(model=self._model, input=tuple(texts))
        return await self._ask(payer, request) or [CLEAN] * len(texts)

    async def _look(self, payer: Payer, request: ModerationRequest) -> Sequence[Verdict]:
        """At a picture; nothing where the model or its server takes texts alone, which may be."""
        if self._blind:
            return ()
        try:
            return await self._soon(payer, request)
        except (WrongValue, Down) as error:
            takes_none = isinstance(error.__cause__ or error, BadRequest | Malformed | WrongValue)
            if self._settings.mode == "on" or not takes_none:
                raise
            log.warning("pictures are not moderated: %s takes none (%s)", self._model, error)
            self._blind = True
            return ()

    async def _soon(self, payer: Payer, request: ModerationRequest) -> Sequence[Verdict]:
        """At a rate limit that others use up, it tries as long as there is patience."""
        while True:
            try:
                return await self._ask(payer, request)
            except Down as down:
                if not isinstance(down.__cause__, RateLimited):
                    raise
                log.info("a verdict is asked for again: %s", down)
                await asyncio.sleep(AGAIN)

    async def _ask(self, payer: Payer, request: ModerationRequest) -> Sequence[Verdict]:
        """Nothing where the server has no such endpoint, which may be."""
        if self._absent:
            return ()
        try:
            return (await self._openai.charged_to(payer).moderate(request)).results
        except OpenAIError as error:
            if not error.missing:
                raise Down(error, lasting=isinstance(error, BadRequest)) from error
            if self._settings.mode == "on":
                raise Down(error) from error
            self._remember(error)
            return ()

    def _remember(self, error: OpenAIError) -> None:
        if not self._absent:
            log.warning("nothing is moderated: the provider has no moderation endpoint (%s)", error)
        self._absent = True


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """As one: a category applies where it does in any of them. The id is a flagged one's."""
    scores: dict[str, float] = {}
    categories: dict[str, bool | None] = {}
    for verdict in verdicts:
        for name, score in verdict.scores.items():
            scores[name] = max(score, scores.get(name, 0.0))
        for name, holds in verdict.categories.items():
            categories[name] = bool(holds or categories.get(name))
    first = next(iter(sorted(verdicts, key=lambda verdict: not verdict.flagged)), CLEAN)
    return Verdict(first.flagged, categories, scores, id=first.id)


def pieces(text: str) -> Iterator[str]:
    """None of nothing: what is blank harms nobody."""
    if text.strip():
        for start in range(0, max(1, len(text) - OVERLAP), PIECE - OVERLAP):
            yield text[start : start + PIECE]
