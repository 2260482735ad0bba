"""The ledger against a model of it that is a page long."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from bot.spending.budgets import BudgetSpent
from bot.spending.outcomes import NOTHING, settled
from bot.spending.payer import Payer
from bot.spending.prices import cost
from bot.spending.quotes import Quote
from bot.storage.ledger import Used
from tests.spending.desk import NOON, ROUNDED, Time, open_desk

PRICES = ROUNDED.prices
BUDGETS = {
    "budget_person_day": "0.000500",
    "budget_person_month": "0.000900",
    "budget_workspace_day": "0.000700",
    "budget_workspace_month": "0.001500",
}
PAYERS = [
    Payer(f"slack:T{team}:U{name}", f"slack:T{team}", f"{team}{name}")
    for team in (1, 2)
    for name in (1, 2)
]


@dataclass
class Held:
    row: int
    call: str
    attempt: int
    payer: Payer
    quote: Quote
    reserved: int
    cap: int
    day: int


def used(held: Held, written: int, *, estimated: bool):
    read = held.quote.tokens_in
    return settled(Used(read, written), cost(PRICES, read, written), held.reserved,
                   estimated=estimated)  # fmt: skip


class LedgerMachine(RuleBasedStateMachine):
    """Calls begin, end, fail, are tried again and are abandoned, while days go by."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.time = Time(NOON)
        self.opening = open_desk(Path(self.folder.name), self.time, **BUDGETS)
        self.desk = self.run(self.opening.__aenter__())
        self.live: dict[int, Held] = {}
        self.spent: list[tuple[Payer, int, int]] = []
        self.number = 0

    def run(self, work):
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.opening.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def today(self) -> int:
        return int(self.time.now - self.time.now % 86_400)

    def room(self, payer: Payer, *, without: int = 0) -> int:
        """What the tightest budget has left. All days of the model are of one month."""
        sums = [0, 0, 0, 0]
        holds = [(held.payer, held.day, held.reserved) for row, held in self.live.items()
                 if row != without]  # fmt: skip
        for who, day, amount in [*self.spent, *holds]:
            mine = who.author == payer.author, who.workspace == payer.workspace
            now = day == self.today()
            applies = (mine[0] and now, mine[0], mine[1] and now, mine[1])
            sums = [old + amount * yes for old, yes in zip(sums, applies, strict=True)]
        return max(0, min(b - s for b, s in zip((500, 900, 700, 1500), sums, strict=True)))

    @rule(target=held, payer=st.sampled_from(PAYERS), tokens_in=st.integers(1, 400),
          wanted=st.integers(1, 600))  # fmt: skip
    def reserve(self, payer, tokens_in, wanted):
        self.number += 1
        least = min(16, wanted)
        quote = Quote("chat", "rounded", PRICES, tokens_in, wanted, least, ceiling=None)
        room = self.room(payer)
        fitting = [cap for cap in range(least, wanted + 1)
                   if tokens_in * 300_000 + cap * 700_000 <= room * 10**6]  # fmt: skip
        try:
            row, entry = self.run(self.desk.ledger.reserve(str(self.number), 1, payer, quote))
        except BudgetSpent:
            assert not fitting
            return multiple()
        assert entry.cap == max(fitting)
        self.live[row] = Held(row, entry.call, 1, payer, quote, entry.reserved, entry.cap,
                              self.today())  # fmt: skip
        return self.live[row]

    @rule(held=consumes(held), share=st.floats(0, 1), estimated=st.booleans())
    def settle(self, held, share, estimated):
        outcome = used(held, int(held.cap * share), estimated=estimated)
        self.run(self.desk.ledger.close(held.row, outcome))
        self.run(self.desk.ledger.close(held.row, outcome))  # twice is once
        self.booked(held, outcome.cost)

    @rule(held=consumes(held))
    def fail(self, held):
        self.run(self.desk.ledger.close(held.row, NOTHING))
        del self.live[held.row]

    @rule(target=held, held=consumes(held), may_have_run=st.booleans())
    def retry(self, held, may_have_run):
        outcome = used(held, 0, estimated=True)
        closing = held.row, outcome if may_have_run else NOTHING
        quote, attempt = held.quote.again(held.cap), held.attempt + 1
        try:
            row, entry = self.run(
                self.desk.ledger.reserve(held.call, attempt, held.payer, quote, closing)
            )
        except BudgetSpent:
            self.closed(held, may_have_run, outcome.cost)
            assert held.reserved > self.room(held.payer)
            return multiple()
        self.closed(held, may_have_run, outcome.cost)
        assert entry.reserved == held.reserved <= self.room(held.payer)
        self.live[row] = Held(row, held.call, attempt, held.payer, quote, entry.reserved,
                              entry.cap, self.today())  # fmt: skip
        return self.live[row]

    def closed(self, held, may_have_run, cost):
        if may_have_run:
            self.booked(held, cost)
        else:
            del self.live[held.row]

    @rule(held=consumes(held))
    def crash(self, held):
        def die(connection):
            connection.execute("UPDATE calls SET owner = 'nobody' WHERE id = ?", (held.row,))

        self.run(self.desk.database.write(die))
        assert self.run(self.desk.ledger.recover()) == 1
        self.booked(held, used(held, 0, estimated=True).cost)

    @rule()
    def sleep(self):
        if self.time.now < NOON + 6 * 86_400:
            self.time.now += 86_400

    def booked(self, held, cost):
        del self.live[held.row]
        self.spent.append((held.payer, held.day, cost))

    @invariant()
    def totals_are_the_sums_of_the_rows(self):
        self.run(self.desk.totals_agree())

    @invariant()
    def no_budget_is_overdrawn(self):
        for payer in PAYERS:
            statement = self.run(self.desk.ledger.statement(payer.author, payer.workspace))
            for limit, balance in statement.budgets:
                assert balance.spent + balance.held <= limit.amount
            assert min(limit.room(b) for limit, b in statement.budgets) == self.room(payer)


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
