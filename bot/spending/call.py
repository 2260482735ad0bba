"""One call at the charged door, over all its attempts."""

import asyncio
import secrets
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bot.openai.errors import OpenAIError
from bot.spending.bills import Bill, Heard
from bot.spending.ledger import Ledger
from bot.spending.outcomes import NOTHING, settled
from bot.spending.payer import Payer
from bot.spending.quotes import Quote
from bot.spending.receipt import Receipt
from bot.storage.ledger import Outcome


@dataclass
class Attempt:
    """One HTTP request, and what came of it."""

    row: int
    number: int
    reserved: int
    sent: bool = False
    unused: bool = False  # the server cannot have worked for it
    heard: Heard = field(default_factory=Heard)

    def outcome(self, bill: Bill) -> Outcome:
        if self.unused or not self.sent:
            return NOTHING
        charge = bill.charge(self.heard)
        return settled(charge.used, charge.cost, self.reserved, estimated=charge.estimated,
                       request_id=self.heard.request_id)  # fmt: skip


class Call:
    """The Meter of one call. Held from `async with` on, with `cap` as the most output tokens that
    the budgets allow; closed at its end, whichever way that comes, unless a job keeps it.
    """

    cap: int

    def __init__(self, ledger: Ledger, payer: Payer, bill: Bill, receipt: Receipt) -> None:
        self._ledger = ledger
        self._payer = payer
        self._bill = bill
        self._receipt = receipt
        self._id = secrets.token_urlsafe(9)
        self._attempt: Attempt | None = None
        self._lock = asyncio.Lock()  # a close waits for a reservation under way

    async def __aenter__(self) -> Self:
        try:
            await self._ledger.finish(self._reserve(self._bill.quote))
        except asyncio.CancelledError:
            await self._ledger.finish(self._close())
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._attempt:
            self._attempt.heard.whole = kind is None
        await self._ledger.finish(self._close())

    async def sending(self) -> None:
        if self._now.sent:
            await self._ledger.finish(self._reserve(self._bill.quote.again(self.cap)))
        self._now.sent = True

    async def failed(self, error: OpenAIError) -> None:
        self.heard.request_id = error.request_id
        if not error.may_have_run:
            self._now.unused = True
            await self._ledger.finish(self._ledger.unused(self._now.row))

    async def keep(self, job: str) -> None:
        """What is held stays held until this job has ended, which may be tomorrow."""
        await self._ledger.finish(self._keep(job))

    @property
    def heard(self) -> Heard:
        """What has come of the answer."""
        return self._now.heard

    @property
    def _now(self) -> Attempt:
        if self._attempt is None:
            raise RuntimeError("a call is metered inside its `async with` only")
        return self._attempt

    async def _reserve(self, quote: Quote) -> None:
        """The next attempt, which takes over the hold of the one before."""
        async with self._lock:
            before = self._attempt
            closing = (before.row, self._outcome(before)) if before else None
            number = before.number + 1 if before else 1
            row, entry = await self._ledger.reserve(self._id, number, self._payer, quote, closing)
            self._attempt = Attempt(row, number, entry.reserved)
            self.cap = entry.cap

    async def _keep(self, job: str) -> None:
        async with self._lock:
            if self._attempt and await self._ledger.keep(self._attempt.row, job):
                self._attempt = None

    async def _close(self) -> None:
        async with self._lock:
            if attempt := self._attempt:
                self._attempt = None
                await self._ledger.close(attempt.row, self._outcome(attempt))

    def _outcome(self, attempt: Attempt) -> Outcome:
        outcome = attempt.outcome(self._bill)
        self._receipt.add(outcome)
        return outcome
