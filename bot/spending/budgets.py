"""How much may be used, by whom: which budgets apply to a call, and what to say of them."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from bot.errors import Refused
from bot.settings import Settings
from bot.spending import windows
from bot.spending.amounts import said
from bot.spending.money import micros
from bot.spending.payer import Payer
from bot.storage.balances import (
    Account,
    Balance,
    Budget,
    Kind,
    Look,
    Tally,
    Unit,
    Whom,
    Whose,
    Window,
)

PER: dict[Window, str] = {"hour": "an hour", "day": "a day", "month": "a month"}
WHEN: dict[Window, str] = {"hour": "this hour", "day": "today", "month": "this month"}
_OWNER: dict[Kind, str] = {"person": "your", "channel": "this channel's",
                           "workspace": "this workspace's"}  # fmt: skip
# Whose account a budget is about, and how near it is: of those of one purse the nearest counts.
PURSES: dict[Whose, tuple[Kind, int]] = {
    "everyone": ("person", 0), "role": ("person", 1), "person": ("person", 2),
    "channel": ("channel", 0), "workspace": ("workspace", 0),
}  # fmt: skip


class Limit(NamedTuple):
    """A budget that applies, for one account."""

    tally: Tally
    amount: int
    resets: str  # at 00:00 (Europe/Berlin)
    contact: str = "an admin"  # whom to ask for more

    @property
    def account(self) -> Account:
        return self.tally.account

    @property
    def unit(self) -> Unit:
        return self.tally.unit

    @property
    def what(self) -> str:
        """`$5.00 for today`, `20 pictures for chat this month`."""
        named = f"{self.tally.capability} ".replace("_", " ") if self.tally.capability else ""
        return f"{said(self.unit, self.amount)} for {named}{WHEN[self.account.window]}"

    @property
    def name(self) -> str:
        """`your $5.00 for today`, `this workspace's $20.00 for this month`."""
        return f"{_OWNER[self.account.kind]} {self.what}"

    def with_grant(self, balance: Balance) -> Self:
        if not balance.granted:
            return self
        return self._replace(amount=self.amount + balance.granted)

    def room(self, balance: Balance) -> int:
        """What is not used and not held, in the unit."""
        return max(0, self.amount - balance.spent - balance.held)

    def left(self, balance: Balance) -> str:
        return said(self.unit, self.room(balance))

    def percent(self, balance: Balance) -> int:
        """How much is used; of nothing, all."""
        return 100 * balance.spent // self.amount if self.amount else 100

    def spent(self, balance: Balance) -> "BudgetSpent":
        """The refusal of a call that does not fit into what is left."""
        left = max(0, self.amount - balance.spent)
        if not left:
            problem = f"You have used {self.name}"
            if self.account.kind != "person":
                problem = f"All of {self.name} is used"
        elif balance.held:
            problem = f"Answers under way hold what is left of {self.name}. Wait for them"
        else:
            is_ = "is" if self.unit == "money" or left == 1 else "are"
            problem = f"{said(self.unit, left)} {is_} left of {self.name}, too little for this"
        sentence = f"{problem}; it starts again {self.resets}. Ask {self.contact} if you need more."
        return BudgetSpent(sentence, f"{self.tally} {self.amount} {balance}", self)


class BudgetSpent(Refused):
    """What is left of a budget is too little for this call."""

    def __init__(self, sentence: str, cause: str, limit: Limit) -> None:
        super().__init__(sentence, cause)
        self.limit = limit


def described(budget: Budget) -> str:
    """`$5.00 a day`, `20 requests an hour for images`."""
    named = f" for {budget.capability.replace('_', ' ')}" if budget.capability else ""
    return f"{said(budget.unit, budget.amount)} {PER[budget.window]}{named}"


def home(author: str) -> str:
    """Those who can be one person: `slack:T1`, `discord`. Everyone in it has the same default, and
    its roles.
    """
    return author.rpartition(":")[0]


def whom(payer: Payer) -> list[Whom]:
    """Whose budgets apply to what this one pays. A workspace that pays is no person."""
    places = [Whom("workspace", payer.workspace)]
    if payer.channel:
        places.append(Whom("channel", payer.channel))
    if payer.author == payer.workspace:
        return places
    roles = [Whom("role", role) for role in payer.roles]
    return [Whom("person", payer.author), *roles, Whom("everyone", home(payer.author)), *places]


class Budgets:
    """`settings` has the defaults, for each person and each workspace."""

    def __init__(self, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.timezone)
        self._contact = settings.budget_contact
        amounts: dict[tuple[Whose, Window], Decimal | None] = {
            ("everyone", "day"): settings.budget_person_day,
            ("everyone", "month"): settings.budget_person_month,
            ("workspace", "day"): settings.budget_workspace_day,
            ("workspace", "month"): settings.budget_workspace_month,
        }
        self._usual = {key: micros(amount) for key, amount in amounts.items() if amount is not None}

        self._spans: dict[Window, Span] = {}  # the last that were asked for

    def start(self, window: Window, now: float) -> int:
        """UTC seconds of the beginning of the window that `now` is in."""
        return self._span(window, now).start

    def account(self, kind: Kind, subject: str, window: Window, now: float) -> Account:
        return Account(kind, subject, window, self.start(window, now))

    def usual(self, these: Iterable[Whom]) -> list[Budget]:
        """What the settings say of them."""
        return [
            Budget(one, "money", window, "", amount)
            for one in these
            for (kind, window), amount in self._usual.items()
            if kind == one.kind
        ]

    def limits(
        self, payer: Payer, whose: Sequence[Whom], standing: Sequence[Budget], now: float
    ) -> list[Limit]:
        """Every budget that applies: the nearest of each purse, unit, window and capability.
        `standing`: those that are set for one of `whose`, which is `whom(payer)`.
        """
        nearest: dict[tuple[Kind, Unit, Window, str], Budget] = {}
        for budget in [*self.usual(whose), *sorted(standing, key=_nearness)]:
            purse, _ = PURSES[budget.whom.kind]
            nearest[purse, budget.unit, budget.window, budget.capability] = budget
        subjects: dict[Kind, str] = {"person": payer.author, "channel": payer.channel,
                                     "workspace": payer.workspace}  # fmt: skip
        return [
            self.limit(budget, kind, subjects[kind], now)
            for (kind, *_), budget in nearest.items()
            if budget.amount is not None
        ]

    def limit(self, budget: Budget, kind: Kind, subject: str, now: float) -> Limit:
        """The budget as it applies to this subject's account. It must have an amount."""
        tally = self.tally(budget, kind, subject, now)
        return Limit(tally, budget.amount or 0, self.resets(budget.window, now), self._contact)

    def own(self, budget: Budget, now: float) -> Limit:
        """Of one that has an account of its own: not a role's, not everyone's."""
        return self.limit(budget, PURSES[budget.whom.kind][0], budget.whom.subject, now)

    def tally(self, budget: Budget, kind: Kind, subject: str, now: float) -> Tally:
        """What it counts of this subject's account."""
        account = Account(kind, subject, budget.window, self.start(budget.window, now))
        return Tally(account, budget.unit, budget.capability)

    def looked(
        self, look: Look, payer: Payer, now: float, capability: str = ""
    ) -> list[tuple[Limit, Balance]]:
        """Every budget that applies (to a call of this capability), and what is used of it."""
        whose = whom(payer)
        limits = self.limits(payer, whose, look.budgets(whose), now)
        if capability:
            limits = [limit for limit in limits if limit.tally.counts(capability)]
        balances = look.balances([limit.tally for limit in limits])
        pairs = zip(limits, balances, strict=True)
        return [(limit.with_grant(balance), balance) for limit, balance in pairs]

    def moment(self, at: float) -> str:
        """`29 November 14:03`, in the time zone of the windows."""
        moment = datetime.fromtimestamp(at, self._zone)
        return f"{moment.day} {moment:%B %H:%M}"

    def resets(self, window: Window, now: float) -> str:
        return self._span(window, now).resets

    def _span(self, window: Window, now: float) -> "Span":
        span = self._spans.get(window)
        if span is None or not span.start <= now < span.end:
            end = windows.reset(window, now, self._zone)
            moment = datetime.fromtimestamp(end, self._zone)
            when = f"on {moment.day} {moment:%B}" if window == "month" else f"at {moment:%H:%M}"
            start = windows.start(window, now, self._zone)
            span = self._spans[window] = Span(start, end, f"{when} ({self._zone.key})")
        return span


class Span(NamedTuple):
    """A window of now."""

    start: int
    end: int
    resets: str  # at 00:00 (Europe/Berlin)


def _nearness(budget: Budget) -> tuple[int, float]:
    """Of a person's roles the one that allows most counts."""
    _, near = PURSES[budget.whom.kind]
    return near, math.inf if budget.amount is None else budget.amount
