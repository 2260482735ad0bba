"""How much a person and a workspace may spend, and what to say when it is spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import Refused
from bot.settings import Settings
from bot.spending import windows
from bot.spending.money import dollars, micros
from bot.storage.ledger import Account, Balance, Kind, Window


class BudgetSpent(Refused):
    """What is left of a budget is too little for this call."""


@dataclass(frozen=True)
class Limit:
    """A budget that stands, for one account."""

    account: Account
    amount: int
    resets: str  # at 00:00 (Europe/Berlin)

    @property
    def name(self) -> str:
        """`your $5.00 for today`, `this workspace's $20.00 for this month`."""
        whose = "your" if self.account.kind == "person" else "this workspace's"
        return f"{whose} {dollars(self.amount)} for {WHEN[self.account.window]}"

    def room(self, balance: Balance) -> int:
        return max(0, self.amount - balance.spent - balance.held)

    def spent(self, balance: Balance) -> BudgetSpent:
        """The refusal of a call that does not fit into what is left."""
        left = max(0, self.amount - balance.spent)
        if not left:
            problem = f"You have used {self.name}"
            if self.account.kind == "workspace":
                problem = f"All of {self.name} is used"
        elif balance.held:
            problem = f"Answers under way hold what is left of {self.name}. Wait for them"
        else:
            problem = f"{dollars(left)} is left of {self.name}, too little for this"
        sentence = f"{problem}; it starts again {self.resets}. Ask an admin if you need more."
        return BudgetSpent(sentence, f"{self.account} {self.amount} {balance}")


WHEN: dict[Window, str] = {"day": "today", "month": "this month"}
_ACCOUNTS: tuple[tuple[Kind, Window], ...] = (
    ("person", "day"), ("person", "month"), ("workspace", "day"), ("workspace", "month"),
)  # fmt: skip


class Budgets:
    def __init__(self, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.timezone)
        amounts = {
            ("person", "day"): settings.budget_person_day,
            ("person", "month"): settings.budget_person_month,
            ("workspace", "day"): settings.budget_workspace_day,
            ("workspace", "month"): settings.budget_workspace_month,
        }
        self._amounts = {
            key: micros(amount) for key, amount in amounts.items() if amount is not None
        }

    def start(self, window: Window, now: float) -> int:
        """UTC seconds of the beginning of the window that `now` is in."""
        return windows.start(window, now, self._zone)

    def accounts(self, author: str, workspace: str, now: float) -> list[Account]:
        """A person's day and month, the workspace's day and month."""
        subjects = {"person": author, "workspace": workspace}
        return [
            Account(kind, subjects[kind], window, self.start(window, now))
            for kind, window in _ACCOUNTS
        ]

    def limits(self, author: str, workspace: str, now: float) -> Sequence[Limit]:
        """Every budget that applies."""
        return [
            Limit(account, self._amounts[account.kind, account.window],
                  self._resets(account.window, now))
            for account in self.accounts(author, workspace, now)
            if (account.kind, account.window) in self._amounts
        ]  # fmt: skip

    def _resets(self, window: Window, now: float) -> str:
        moment = datetime.fromtimestamp(windows.reset(window, now, self._zone), self._zone)
        when = f"at {moment:%H:%M}" if window == "day" else f"on {moment.day} {moment:%B}"
        return f"{when} ({self._zone.key})"
