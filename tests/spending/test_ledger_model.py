"""The ledger against a model of it that is a page long (model.py): all units, kinds and windows."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from bot.openai.catalogue import Prices
from bot.spending.budgets import BudgetSpent
from bot.spending.outcomes import NOTHING, settled
from bot.spending.payer import Payer
from bot.spending.prices import cost
from bot.spending.quotes import Quote
from bot.storage.balances import Account, Budget, Tally, Whom
from bot.storage.budgets import Asked
from bot.storage.ledger import Used
from tests.spending.desk import NOON, ROUNDED, Time, open_desk
from tests.spending.model import UNITS, WINDOWS, Model, Use

PRICES = ROUNDED.prices
FREE = Prices(0, 0)
USUAL = {"budget_person_day": "0.000900", "budget_workspace_month": "0.002500"}
PAYERS = [
    Payer("slack:T1:U1", "slack:T1", "1", "slack:T1:C1"),
    Payer("slack:T1:U1", "slack:T1", "2", "slack:T1:C2", ("slack:T1:S1",)),
    Payer("slack:T1:U2", "slack:T1", "3", "slack:T1:C1", ("slack:T1:S0", "slack:T1:S1")),
    Payer("slack:T2:U1", "slack:T2", "4", "slack:T2:C1"),
]
WHOM = [
    ("person", "slack:T1:U1"), ("role", "slack:T1:S0"), ("role", "slack:T1:S1"),
    ("everyone", "slack:T1"), ("everyone", "slack:T2"), ("channel", "slack:T1:C1"),
    ("workspace", "slack:T1"), ("workspace", "slack:T2"),
]  # fmt: skip
NAMED = {"money": ("", "chat", "images", "moderation"), "tokens": ("", "chat"),
         "pictures": ("", "images"), "seconds": ("", "transcription"),
         "requests": ("", "chat", "moderation")}  # fmt: skip
AMOUNTS = {"money": 1_000, "tokens": 1_000, "pictures": 6, "seconds": 200, "requests": 6}
# Of few kinds in one example, so that they meet.
kinds = st.sampled_from(UNITS).flatmap(
    lambda unit: st.tuples(
        st.just(unit), st.sampled_from(WINDOWS), st.sampled_from(NAMED[unit])
    )
)  # fmt: skip
quotes = st.one_of(
    st.builds(
        lambda read, wanted: Quote("chat", "rounded", PRICES, read, wanted, min(16, wanted)),
        st.integers(1, 300), st.integers(1, 400),
    ),
    st.builds(
        lambda n, price: Quote("images", "m", FREE, fixed=n * price, units=Used(pictures=n)),
        st.integers(1, 3), st.integers(0, 100),
    ),
    st.builds(
        lambda n: Quote("transcription", "m", FREE, fixed=n, units=Used(seconds=n)),
        st.integers(1, 90),
    ),
    st.builds(lambda read: Quote("moderation", "m", FREE, read), st.integers(1, 50)),
)  # fmt: skip


@dataclass
class Held:
    row: int
    call: str
    attempt: int
    quote: Quote
    cap: int
    reserved: int
    use: Use


def needs(quote: Quote, cap: int, unit: str) -> int:
    return {
        "money": quote.fixed + -(-(quote.tokens_in * quote.prices.input
                                   + cap * quote.prices.output) // 10**6),
        "tokens": quote.tokens_in + cap,
        "pictures": quote.units.pictures,
        "seconds": quote.units.seconds,
        "requests": 1,
    }[unit]  # fmt: skip


def outcome(held: Held, written: int, *, estimated: bool):
    quote = held.quote
    price = quote.fixed + cost(quote.prices, quote.tokens_in, written)
    used = quote.expected._replace(tokens_out=written)
    return settled(used, price, held.reserved, estimated=estimated)


class LedgerMachine(RuleBasedStateMachine):
    """Calls begin, end, fail, are tried again and are abandoned; admins change budgets, grant and
    forgive; and time goes by.
    """

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.time = Time(NOON)
        self.opening = open_desk(Path(self.folder.name), self.time, **USUAL)
        self.desk = self.run(self.opening.__aenter__())
        self.model = Model(usual={("person", "money", "day", ""): 900,
                                  ("workspace", "money", "month", ""): 2_500})  # fmt: skip
        self.number = 0

    def run(self, work):
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.opening.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    def asked(self) -> Asked:
        self.number += 1
        return Asked(f"asked {self.number}", "boss")

    @initialize(
        menu=st.lists(kinds, min_size=1, max_size=3),
        some=st.lists(
            st.tuples(st.sampled_from(WHOM), st.integers(0, 2), st.floats(0, 1)),
            min_size=3, max_size=9,
        ),
    )  # fmt: skip
    def set_some(self, menu, some):
        self.menu = menu
        for whom, number, share in some:
            self.set(whom, number, share)

    @rule(whom=st.sampled_from(WHOM), number=st.integers(0, 2), share=st.floats(0, 1))
    def set(self, whom, number, share):
        unit, window, named = self.menu[number % len(self.menu)]
        amount = int(AMOUNTS[unit] * share)
        stored = Budget(Whom(*whom), unit, window, named, amount)
        self.run(self.desk.budget_book.set(self.asked(), stored))
        self.model.budgets[*whom, unit, window, named] = amount

    @rule(data=st.data())
    def remove(self, data):
        if self.model.budgets:
            gone = data.draw(st.sampled_from(sorted(self.model.budgets)))
            kind, subject, *rest = gone
            stored = Budget(Whom(kind, subject), *rest, None)
            self.run(self.desk.budget_book.remove(self.asked(), stored))
            del self.model.budgets[gone]

    @rule(payer=st.sampled_from(PAYERS), data=st.data(), share=st.floats(0, 1))
    def grant(self, payer, data, share):
        key = data.draw(st.sampled_from(sorted(self.model.limits(payer))))
        amount = int(AMOUNTS[key[1]] * share)
        asked, account = self.asked(), self.model.account(payer, key, self.time.now)
        for _ in range(2):  # twice is once
            self.run(self.desk.budget_book.grant(asked, tally(account), amount))
        self.model.more[account] = self.model.more.get(account, 0) + amount

    @rule(payer=st.sampled_from(PAYERS), data=st.data())
    def reset(self, payer, data):
        key = data.draw(st.sampled_from(sorted(self.model.limits(payer))))
        account = self.model.account(payer, key, self.time.now)
        _, used, _ = self.model.balance(payer, key, self.time.now)
        asked = self.asked()
        for _ in range(2):
            assert self.run(self.desk.budget_book.reset(asked, [tally(account)])) == [used]
        self.model.forgiven[account] = self.model.forgiven.get(account, 0) + used

    @rule(target=held, payer=st.sampled_from(PAYERS), quote=quotes)
    def reserve(self, payer, quote):
        return self.reserved(payer, quote)

    @rule(target=held, quote=quotes)
    def reserve_for_who_has_most_budgets(self, quote):
        return self.reserved(PAYERS[2], quote)

    def reserved(self, payer, quote):
        self.number += 1
        rooms = self.model.rooms(payer, quote.capability, self.time.now)
        fitting = [cap for cap in range(quote.least, quote.wanted + 1)
                   if all(needs(quote, cap, unit) <= room for unit, room in rooms)]  # fmt: skip
        try:
            row, entry = self.run(self.desk.ledger.reserve(str(self.number), 1, payer, quote))
        except BudgetSpent:
            assert not fitting
            return multiple()
        assert entry.cap == max(fitting)
        return self.live(row, entry, payer, quote)

    def live(self, row, entry, payer, quote) -> Held:
        amounts = {unit: needs(quote, entry.cap, unit) for unit in UNITS}
        assert entry.reserved == amounts["money"]
        use = Use(payer, quote.capability, self.time.now, amounts)
        self.model.uses.append(use)
        return Held(row, entry.call, entry.attempt, quote, entry.cap, entry.reserved, use)

    @rule(held=consumes(held), share=st.floats(0, 1), estimated=st.booleans())
    def settle(self, held, share, estimated):
        written = int(held.cap * share)
        for _ in range(2):  # twice is once
            self.run(self.desk.ledger.close(held.row, outcome(held, written, estimated=estimated)))
        self.booked(held, written)

    @rule(held=consumes(held))
    def fail(self, held):
        self.run(self.desk.ledger.close(held.row, NOTHING))
        self.model.uses.remove(held.use)

    @rule(target=held, held=consumes(held), may_have_run=st.booleans())
    def retry(self, held, may_have_run):
        closing = held.row, outcome(held, 0, estimated=True) if may_have_run else NOTHING
        quote, payer = held.quote.again(held.cap), held.use.payer
        if may_have_run:
            self.booked(held, 0)
        else:
            self.model.uses.remove(held.use)
        rooms = self.model.rooms(payer, quote.capability, self.time.now)
        fits = all(needs(quote, held.cap, unit) <= room for unit, room in rooms)
        try:
            row, entry = self.run(
                self.desk.ledger.reserve(held.call, held.attempt + 1, payer, quote, closing)
            )
        except BudgetSpent:
            assert not fits
            return multiple()
        assert fits
        assert entry.reserved == held.reserved
        return self.live(row, entry, payer, quote)

    @rule(held=consumes(held))
    def crash(self, held):
        def die(connection):
            connection.execute("UPDATE calls SET owner = 'nobody' WHERE id = ?", (held.row,))

        self.run(self.desk.database.write(die))
        assert self.run(self.desk.ledger.recover()) == 1
        self.booked(held, 0)

    @rule(hours=st.sampled_from([1, 5, 24, 200]))
    def sleep(self, hours):
        if self.time.now < NOON + 20 * 86_400:
            self.time.now += hours * 3_600

    def booked(self, held, written):
        held.use.held = False
        held.use.amounts = {unit: needs(held.quote, written, unit) for unit in UNITS}

    @invariant()
    def totals_are_the_sums_of_the_rows(self):
        self.run(self.desk.totals_agree())

    @invariant()
    def what_is_left_of_each_budget_is_what_the_model_says(self):
        now = self.time.now
        for payer in PAYERS:
            pairs = self.run(self.desk.ledger.applying(payer))
            found = {
                (limit.account.kind, limit.unit, limit.account.window, limit.tally.capability):
                (limit.amount, balance.spent, balance.held)
                for limit, balance in pairs
            }  # fmt: skip
            assert len(found) == len(pairs)
            assert found == {
                key: self.model.balance(payer, key, now) for key in self.model.limits(payer)
            }


def tally(account: tuple) -> Tally:
    kind, subject, unit, window, named, start = account
    assert start % 3_600 == 0
    return Tally(Account(kind, subject, window, start), unit, named)


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
