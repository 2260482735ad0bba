"""Says once that a budget is nearly used, after the answer that used it."""

import logging
from contextlib import aclosing
from dataclasses import dataclass

from bot.announcing import Announcer
from bot.commands import Handler
from bot.errors import ParleyError
from bot.events import Invocation
from bot.parts import Notice, Reply
from bot.run import Run
from bot.spending.alerts import Alerts, reached, to_admins, to_asker
from bot.spending.budgets import BudgetSpent, Limit
from bot.spending.ledger import Ledger
from bot.spending.payer import Payer
from bot.storage.balances import Balance
from bot.storage.budgets import BudgetBook, Level

log = logging.getLogger(__name__)
ALERT = "budget alert"  # the command that says it


@dataclass(frozen=True)
class Allowance:
    ledger: Ledger
    book: BudgetBook
    alerts: Alerts
    announce: Announcer

    def __call__(self, handler: Handler) -> Handler:
        async def watched(run: Run) -> Reply:
            try:
                async with aclosing(handler(run)) as parts:
                    async for part in parts:
                        yield part
            except BudgetSpent as error:
                await self._look(run, error.limit)
                raise
            if run.stopped != "deleted" and not _by_parley(run):
                for number, sentence in enumerate(await self._look(run)):
                    yield Notice(sentence, key=f"allowance {number}")

        return watched

    async def _look(self, run: Run, refused: Limit | None = None) -> list[str]:
        """What to tell the asker; admins are told on the way. An answer does not fail with it."""
        try:
            pairs = await self.ledger.applying(Payer.of(run))
            await self._tell_admins(run, pairs, refused)
            return [] if refused else await self._to_asker(pairs)
        except ParleyError as error:
            log.warning("%s: nobody was told of the budgets: %s", run.id, error)
            return []

    async def _to_asker(self, pairs: list[tuple[Limit, Balance]]) -> list[str]:
        levels = await self._untold([level for _, level in reached(pairs, "asker")])
        new = {level.tally for level in await self.book.tell(levels)} if levels else set()
        return [to_asker(*pair) for pair in pairs if pair[0].tally in new]

    async def _tell_admins(
        self, run: Run, pairs: list[tuple[Limit, Balance]], refused: Limit | None
    ) -> None:
        """Said before it is noted: what is announced twice is said once."""
        found = reached(pairs, "admins", refused)
        levels = await self._untold([level for _, level in found])
        if not levels:
            return
        author = run.event.author
        if not (place := await self.alerts.place(run.event.place.payer, author.id)):
            return
        for limit, level in found:
            if level in levels:
                what = to_admins(limit, level, author)
                await self.announce(_id(level), ALERT, author=author, place=place,
                                    values={"what": what})  # fmt: skip
        await self.book.tell(levels)

    async def _untold(self, levels: list[Level]) -> list[Level]:
        return await self.book.untold(levels) if levels else []


def _id(level: Level) -> str:
    account, unit, capability = level.tally
    facts = (account.kind, account.subject, account.window, account.start, unit, capability)
    return ":".join(map(str, ("budget", *facts, level.amount, level.level)))


def _by_parley(run: Run) -> bool:
    return isinstance(run.event, Invocation) and run.event.by == "parley"
