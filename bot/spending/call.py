"""One call at the charged door, over all its attempts."""

import asyncio
import secrets
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat import ChatChunk, ChatCompletion, Usage
from bot.openai.errors import OpenAIError
from bot.spending.ledger import Ledger
from bot.spending.outcomes import NOTHING, used
from bot.spending.payer import Payer
from bot.spending.quotes import Quote
from bot.storage.ledger import Outcome


@dataclass
class Attempt:
    """One HTTP request, and what came of it."""

    row: int
    number: int
    reserved: int
    sent: bool = False
    unused: bool = False  # the server cannot have worked for it
    pieces: list[str] = field(default_factory=list)
    usage: Usage | None = None
    request_id: str = ""

    def hear(self, answer: ChatChunk | ChatCompletion) -> None:
        self.usage = answer.usage or self.usage
        self.request_id = answer.request_id or self.request_id
        if answer.text:
            self.pieces.append(answer.text)

    def outcome(self, quote: Quote, model: Model) -> Outcome:
        if self.unused or not self.sent:
            return NOTHING
        if usage := self.usage:
            return used(quote.prices, self.reserved, usage.prompt, usage.completion, usage.cached,
                        request_id=self.request_id)  # fmt: skip
        # A chunk is at least a token, and a server's tokens may be smaller than ours.
        answered = max(tokens.count(model, "".join(self.pieces)), len(self.pieces))
        return used(quote.prices, self.reserved, quote.tokens_in, answered,
                    estimated=True, request_id=self.request_id)  # fmt: skip


class Call:
    """The Meter of one call. Held from `async with` on, with `cap` as the most output tokens that
    the budgets allow; closed at its end, whichever way that comes.
    """

    cap: int

    def __init__(self, ledger: Ledger, payer: Payer, quote: Quote, model: Model) -> None:
        self._ledger = ledger
        self._payer = payer
        self._quote = quote
        self._model = model
        self._id = secrets.token_urlsafe(9)
        self._attempt: Attempt | None = None
        self._lock = asyncio.Lock()  # a close waits for a reservation under way

    async def __aenter__(self) -> Self:
        try:
            await self._ledger.finish(self._reserve(self._quote))
        except asyncio.CancelledError:
            await self._ledger.finish(self._close())
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self._ledger.finish(self._close())

    async def sending(self) -> None:
        if self._now.sent:
            await self._ledger.finish(self._reserve(self._quote.again(self.cap)))
        self._now.sent = True

    async def failed(self, error: OpenAIError) -> None:
        self._now.request_id = error.request_id
        if not error.may_have_run:
            self._now.unused = True
            await self._ledger.finish(self._ledger.unused(self._now.row))

    def hear(self, answer: ChatChunk | ChatCompletion) -> None:
        self._now.hear(answer)

    @property
    def _now(self) -> Attempt:
        if self._attempt is None:
            raise RuntimeError("a call is metered inside its `async with` only")
        return self._attempt

    async def _reserve(self, quote: Quote) -> None:
        """The next attempt, which takes over the hold of the one before."""
        async with self._lock:
            before = self._attempt
            closing = (before.row, before.outcome(self._quote, self._model)) if before else None
            number = before.number + 1 if before else 1
            row, entry = await self._ledger.reserve(self._id, number, self._payer, quote, closing)
            self._attempt = Attempt(row, number, entry.reserved)
            self.cap = entry.cap

    async def _close(self) -> None:
        async with self._lock:
            if attempt := self._attempt:
                self._attempt = None
                await self._ledger.close(attempt.row, attempt.outcome(self._quote, self._model))
