"""What a call may cost at most, and how much output a budget lets it have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from bot.errors import Refused
from bot.openai.catalogue import Prices
from bot.spending.budgets import Limit
from bot.spending.prices import affordable, cost
from bot.storage.balances import Balance, Unit
from bot.storage.ledger import UNUSED, Used

LEAST = 16  # output tokens; a shorter answer says nothing


class NoPrice(Refused):
    """A budget stands, and nobody knows what the call costs."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"The price of {model} is not known, so I cannot keep your budget with it. An admin "
            "can set PARLEY_UNPRICED_CALL_CEILING, the most that such a call is taken to cost, or "
            "give its prices in PARLEY_CATALOGUE."
        )


@dataclass(frozen=True)
class Quote:
    """`prices` are of what the budget chooses the length of: tokens. What costs the same whatever
    is answered stands in `fixed`.
    """

    capability: str
    model: str
    prices: Prices | None  # None: unknown
    tokens_in: int = 0  # counted
    wanted: int = 0  # output tokens
    least: int = 0  # with fewer it is not worth calling
    ceiling: int | None = None  # what a call without a price is taken to cost
    answers: int = 1  # to one prompt; each may have `wanted` tokens
    fixed: int = 0
    units: Used = UNUSED  # beside tokens
    written: int = 0  # output tokens that no budget can choose: those of a batch

    @property
    def expected(self) -> Used:
        return self.units._replace(tokens_in=self.tokens_in)

    def cost(self, cap: int, *, limited: bool) -> int:
        """What to hold. Raises NoPrice."""
        if self.prices:
            return self.fixed + cost(self.prices, self.tokens_in, cap * self.answers)
        if not limited:
            return 0
        if self.ceiling is None:
            raise NoPrice(self.model)
        return self.ceiling

    def cap(self, room: int) -> int:
        """The most output tokens, of those wanted, that this room has money for."""
        if self.prices is None:
            return self.wanted if self.cost(0, limited=True) <= room else -1
        most = affordable(self.prices, self.tokens_in, room - self.fixed)
        return self.wanted if most is None else min(self.wanted, most // self.answers)

    def tokens(self, cap: int) -> int:
        """What to hold of them."""
        return self.tokens_in + self.written + cap * self.answers

    def cap_of(self, unit: Unit, room: int) -> int:
        """The most output tokens that a room of this unit lets it have; negative: no call."""
        if unit == "money":
            return self.cap(room)
        if unit == "tokens":
            return min(self.wanted, (room - self.tokens(0)) // self.answers)
        needed = {"pictures": self.units.pictures, "seconds": self.units.seconds, "requests": 1}
        return self.wanted if needed[unit] <= room else -1

    def fit(self, limits: Sequence[Limit], balances: Sequence[Balance]) -> int:
        """The largest cap that every budget allows. Raises BudgetSpent of the tightest, NoPrice."""
        pairs = zip(limits, balances, strict=True)
        caps = [self.cap_of(limit.unit, limit.room(balance)) for limit, balance in pairs]
        cap = min(caps, default=self.wanted)
        if cap >= self.least:
            return cap
        tightest = caps.index(cap)
        raise limits[tightest].spent(balances[tightest])

    def again(self, cap: int) -> Self:
        """For a retry: the request is made, with this cap or not at all."""
        return replace(self, wanted=cap, least=cap)
