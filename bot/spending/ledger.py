"""Reserve, call, settle: every call is written down and held against every budget that applies
before it is sent.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.errors import Refused
from bot.openai import tokens
from bot.openai.catalogue import Catalogue
from bot.spending import prices
from bot.spending.bills import Charge
from bot.spending.budgets import Budgets, Limit
from bot.spending.outcomes import NOTHING, settled
from bot.spending.payer import Payer
from bot.spending.quotes import Quote
from bot.storage.balances import Balance, Budget, Look
from bot.storage.ledger import Books, Entry, Held, JobCost, Outcome, Total
from bot.storage.problems import StorageUnavailable

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Statement:
    today: list[Total]
    month: list[Total]
    budgets: list[tuple[Limit, Balance]]


class Ledger:
    def __init__(
        self,
        books: Books,
        budgets: Budgets,
        catalogue: Catalogue,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._books = books
        self._budgets = budgets
        self._catalogue = catalogue
        self._now = now
        self._running: set[asyncio.Task[Any]] = set()
        self._unwritten: dict[int, Outcome] = {}

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work that goes on to its end even if the one who waits is cancelled."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def reserve(
        self,
        call: str,
        attempt: int,
        payer: Payer,
        quote: Quote,
        closing: tuple[int, Outcome] | None = None,
    ) -> tuple[int, Entry]:
        """Hold what the attempt may cost, and choose its output cap. `closing` is the attempt
        before it, whose hold it takes over. Raises BudgetSpent, NoPrice, StorageUnavailable.
        """
        now = self._now()

        def decide(look: Look) -> Entry | Refused:
            pairs = self._budgets.looked(look, payer, now, quote.capability)
            limits = [limit for limit, _ in pairs]
            try:
                cap = quote.fit(limits, [balance for _, balance in pairs])
            except Refused as refused:
                return refused
            return Entry(
                call=call, attempt=attempt, delivery=payer.delivery, author=payer.author,
                workspace=payer.workspace, channel=payer.channel,
                capability=quote.capability, model=quote.model,
                expected=quote.expected, cap=cap, tokens_held=quote.tokens(cap),
                reserved=quote.cost(cap, limited=any(limit.unit == "money" for limit in limits)),
                hour=self._budgets.start("hour", now), day=self._budgets.start("day", now),
                month=self._budgets.start("month", now),
            )  # fmt: skip

        return await self._books.reserve(decide, closing)

    async def unused(self, row: int) -> None:
        """The server did nothing for this attempt. Its hold stays for the next one."""
        try:
            await self._books.unused(row)
        except StorageUnavailable as error:
            # Known in memory too; only a kill before the next write would make it an estimate.
            log.warning("call %s cannot be marked as unused now: %s", row, error)

    async def close(self, row: int, outcome: Outcome) -> None:
        """Book how an attempt ended. What cannot be written now is written by `recover`."""
        try:
            await self._books.close(row, outcome)
        except StorageUnavailable as error:
            log.warning("call %s cannot be settled now: %s", row, error)
            self._unwritten[row] = outcome

    async def keep(self, row: int, job: str) -> bool:
        """False: it could not be written, so the hold ends now, by estimate."""
        try:
            await self._books.keep(row, job)
        except StorageUnavailable as error:
            log.warning("call %s cannot be held for %s: %s", row, job, error)
            return False
        return True

    async def end(self, job: str, charge: Charge | None) -> None:
        """Settle what a job held, by what it cost or, where nobody knows, by what was held."""
        if held := await self._books.of_job(job):
            guess = Charge(held.expected, held.reserved or None, estimated=True)
            told = charge or guess
            await self.close(held.id, settled(told.used, told.cost, held.reserved,
                                              estimated=told.estimated))  # fmt: skip

    async def of_jobs(self, jobs: Sequence[str]) -> dict[str, JobCost]:
        """What each of these holds or cost, where it was begun here."""
        return {cost.job: cost for cost in await self._books.of_jobs(jobs)}

    async def statement(
        self, author: str, workspace: str, channel: str = "", roles: Sequence[str] = ()
    ) -> Statement:
        """What a person has used, and what is left of every budget that applies to them here."""
        now = self._now()
        day = self._budgets.account("person", author, "day", now)
        month = self._budgets.account("person", author, "month", now)
        return Statement(
            today=await self._books.totals(day),
            month=await self._books.totals(month),
            budgets=await self.applying(Payer(author, workspace, "", channel, tuple(roles))),
        )

    async def applying(self, payer: Payer) -> list[tuple[Limit, Balance]]:
        """Every budget that applies to this payer, and what is used of it."""
        now = self._now()
        return await self._books.look(lambda look: self._budgets.looked(look, payer, now))

    async def used(self, budgets: Sequence[Budget]) -> list[tuple[Limit, Balance]]:
        """Of budgets with an amount and an account of their own: not a role's or everyone's."""
        now = self._now()
        limits = [self._budgets.own(budget, now) for budget in budgets]
        balances = await self._books.look(
            lambda look: look.balances([limit.tally for limit in limits])
        )
        pairs = zip(limits, balances, strict=True)
        return [(limit.with_grant(balance), balance) for limit, balance in pairs]

    def now(self) -> float:
        return self._now()

    async def recover(self) -> int:
        """Close what dead processes left open, by estimate, and what could not be written before.
        Returns how many. To be called at the start, before turns are taken up again (they change
        what was shown), and every minute or so.
        """
        unwritten, self._unwritten = self._unwritten, {}
        for row, outcome in unwritten.items():
            await self.close(row, outcome)
        abandoned = await self._books.abandoned()
        for held in abandoned:
            await self.close(held.id, self._estimate(held))
        return len(unwritten) + len(abandoned)

    def _estimate(self, held: Held) -> Outcome:
        """Of what a dead process had under way."""
        if not held.may_have_run:
            return NOTHING
        if not held.cap:  # it has one price, whatever is answered
            return settled(held.expected, held.reserved or None, held.reserved, estimated=True)
        model = self._catalogue.model(held.model)
        shown = min(held.cap, tokens.count(model, held.shown))
        cost = prices.dearest(model, held.expected.tokens_in, shown, held.reserved)
        used = held.expected._replace(tokens_out=shown)
        return settled(used, cost, held.reserved, estimated=True)

    async def aclose(self) -> None:
        """Wait for everything that is being written."""
        while self._running:
            await asyncio.wait(self._running)
