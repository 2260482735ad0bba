"""Who hears that a budget is nearly used, and what: the person in their answer, admins where they
asked for it.
"""

from collections.abc import Sequence

import msgspec

from bot.events import Author, Place
from bot.spending.budgets import Limit, home
from bot.storage.balances import Balance
from bot.storage.budgets import Level, Reader
from bot.storage.preferences import Preferences

LEVELS: dict[Reader, tuple[int, ...]] = {"asker": (75, 95), "admins": (95, 100)}  # percent
_NAME = "budget alerts"


class Alerts:
    """One place for the people of `home`, and one for each workspace that wants its own."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    async def place(self, workspace: str, author: str) -> Place | None:
        for scope in (workspace, home(author)):
            if kept := (await self._preferences.of(scope)).get(_NAME):
                return msgspec.json.decode(kept, type=Place)
        return None

    async def send_to(self, place: Place, author: Author) -> None:
        kept = msgspec.json.encode(place).decode()
        for scope in {place.payer, home(author.id)}:
            await self._preferences.put(scope, _NAME, kept)

    async def off(self, place: Place, author: Author) -> None:
        for scope in {place.payer, home(author.id)}:
            await self._preferences.delete(scope, _NAME)


def reached(
    pairs: Sequence[tuple[Limit, Balance]], reader: Reader, refused: Limit | None = None
) -> list[tuple[Limit, Level]]:
    """The budgets of which the reader should know, and how far they are used. One that was refused
    when it was nearly used is used up: whatever is left is too little for anything.
    """
    found = []
    for limit, balance in pairs:
        percent = limit.percent(balance)
        if refused and refused.tally == limit.tally and percent >= LEVELS["admins"][0]:
            percent = 100
        level = max((one for one in LEVELS[reader] if one <= percent), default=0)
        mine = reader == "admins" or limit.account.kind == "person"
        if level and limit.amount and mine:
            found.append((limit, Level(limit.tally, limit.amount, reader, level)))
    return found


def to_asker(limit: Limit, balance: Balance) -> str:
    return (
        f"You have used {limit.percent(balance)} % of {limit.name}; {limit.left(balance)} left. "
        f"It starts again {limit.resets}."
    )


def to_admins(limit: Limit, level: Level, person: Author) -> str:
    """Whoever is named is not called."""
    account = limit.account
    who = {
        "person": f"{person.name} ({account.subject})" if person.name else account.subject,
        "channel": f"The channel {account.subject}",
        "workspace": f"The workspace {account.subject}",
    }[account.kind]
    much = "all" if level.level == 100 else f"{level.level} %"  # noqa: PLR2004  percent
    return f"{who} has used {much} of {limit.what}. It starts again {limit.resets}."
