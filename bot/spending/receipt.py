"""What the calls for one answer came to, for the person who reads it."""

from dataclasses import dataclass

from bot.spending.money import dollars
from bot.storage.ledger import Outcome


@dataclass
class Receipt:
    """Grows with each call that is closed."""

    cost: int = 0  # micro-dollars, of those whose price is known
    calls: int = 0
    unpriced: int = 0
    estimated: bool = False

    def add(self, outcome: Outcome) -> None:
        if outcome.state != "settled":
            return
        self.calls += 1
        self.unpriced += outcome.cost is None
        self.cost += outcome.cost or 0
        self.estimated |= outcome.estimated

    def __str__(self) -> str:
        """`$0.04`, `about $0.04`, `at least $0.04`, `free`, `price not known`."""
        if self.unpriced:
            return f"at least {dollars(self.cost)}" if self.cost else "price not known"
        if not self.cost:
            return "free"
        return f"about {dollars(self.cost)}" if self.estimated else dollars(self.cost)
