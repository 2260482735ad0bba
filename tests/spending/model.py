"""Budgets and what is used of them, in a page that knows no database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.spending.payer import Payer

UNITS = ("money", "tokens", "pictures", "seconds", "requests")
WINDOWS = ("hour", "day", "month")
COUNTED = {  # by a budget that names no capability
    "money": {"chat", "images", "transcription", "moderation"},
    "tokens": {"chat"},
    "pictures": {"images"},
    "seconds": {"transcription"},
    "requests": {"chat", "images", "transcription"},
}


def begins(window: str, now: float) -> int:
    moment = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    if window != "hour":
        moment = moment.replace(hour=0)
    if window == "month":
        moment = moment.replace(day=1)
    return int(moment.timestamp())


@dataclass(eq=False)
class Use:
    """An attempt: what it holds, and once it has ended what it took."""

    payer: Payer
    capability: str
    at: float
    amounts: dict[str, int]
    held: bool = True


@dataclass
class Model:
    budgets: dict[tuple, int] = field(default_factory=dict)  # kind, subject, unit, window, named
    usual: dict[tuple, int] = field(default_factory=dict)  # purse, unit, window, named
    uses: list[Use] = field(default_factory=list)
    more: dict[tuple, int] = field(default_factory=dict)  # granted, by account, unit and named
    forgiven: dict[tuple, int] = field(default_factory=dict)

    def limits(self, payer: Payer) -> dict[tuple, int]:
        """purse, unit, window, named -> the amount of the nearest."""
        people = payer.author.rpartition(":")[0]
        rings = (  # the farthest first
            [("everyone", people)],
            [("role", role) for role in payer.roles],
            [("person", payer.author)],
        )
        places = [("channel", payer.channel)], [("workspace", payer.workspace)]
        found = dict(self.usual)
        for purse, ring in (*(("person", ring) for ring in rings),
                            ("channel", places[0]), ("workspace", places[1])):  # fmt: skip
            near: dict[tuple, int] = {}
            for (kind, subject, *rest), amount in self.budgets.items():
                if (kind, subject) in ring:
                    near[purse, *rest] = max(amount, near.get((purse, *rest), 0))
            found |= near
        return found

    def balance(self, payer: Payer, key: tuple, now: float) -> tuple[int, int, int]:
        """amount, used, held of this limit of the payer."""
        purse, unit, window, named = key
        account = self.account(payer, key, now)
        sums = {True: 0, False: 0}
        for use in self.uses:
            counted = use.capability == named if named else use.capability in COUNTED[unit]
            mine = self.subject(use.payer, purse) == self.subject(payer, purse)
            if counted and mine and begins(window, use.at) == begins(window, now):
                sums[use.held] += use.amounts[unit]
        amount = self.limits(payer)[key] + self.more.get(account, 0)
        return amount, sums[False] - self.forgiven.get(account, 0), sums[True]

    def account(self, payer: Payer, key: tuple, now: float) -> tuple:
        purse, unit, window, named = key
        return purse, self.subject(payer, purse), unit, window, named, begins(window, now)

    @staticmethod
    def subject(payer: Payer, purse: str) -> str:
        return {"person": payer.author, "channel": payer.channel,
                "workspace": payer.workspace}[purse]  # fmt: skip

    def rooms(self, payer: Payer, capability: str, now: float) -> list[tuple[str, int]]:
        """Unit and what is left of it, of each limit that counts this."""
        rooms = []
        for key in self.limits(payer):
            _, unit, _, named = key
            if capability == named if named else capability in COUNTED[unit]:
                amount, used, held = self.balance(payer, key, now)
                rooms.append((unit, max(0, amount - used - held)))
        return rooms
