"""What an admin sees of budgets, and which of them a change is about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from bot.errors import Refused
from bot.events import Author, Place, Value
from bot.spending.amounts import said
from bot.spending.budgets import PURSES, WHEN, Budgets, Limit, described, home
from bot.spending.ledger import Ledger
from bot.storage.balances import ONLY, Balance, Budget, Tally, Unit, Whom, Window
from bot.storage.budgets import BudgetBook, Change

CHANGES = 10  # the last ones that are shown
CAPABILITIES = (
    "chat",
    "embeddings",
    "images",
    "speech",
    "transcription",
    "moderation",
    "fine_tuning",
    "batches",
)  # fmt: skip  as the ledger books them
UNITS: dict[str, Unit] = {"money": "money", "tokens": "tokens", "pictures": "pictures",
                          "minutes": "seconds", "requests": "requests"}  # fmt: skip
_WORDS = {unit: word for word, unit in UNITS.items()}


@dataclass(frozen=True)
class Wanted:
    """What is said of a budget beside whose it is; None: not said."""

    unit: Unit | None = None
    window: Window | None = None
    capability: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Value], unit: Unit | None = None) -> Self:
        """Raises Refused where the unit does not count the capability."""
        capability = str(values.get("capability", ""))
        if unit is None and "unit" in values:
            unit = UNITS[str(values["unit"])]
        only = ONLY.get(unit) if unit else None
        if only and capability and capability not in only:
            raise Refused(
                f"{_WORDS[unit or 'money'].capitalize()} are counted of "
                f"{_listed([name.replace('_', ' ') for name in only])} alone. For "
                f"{capability.replace('_', ' ')} set a budget in money or requests."
            )
        window = cast("Window | None", values.get("window") or None)
        return cls(unit, window, capability)

    def fits(self, budget: Budget) -> bool:
        return (
            self.unit in {None, budget.unit}
            and self.window in {None, budget.window}
            and self.capability in {budget.capability, ""}
        )


async def standing(book: BudgetBook, budgets: Budgets, asker: Author, place: Place) -> list[Budget]:
    """All that hold here, what the settings say among them where nothing else is set."""
    people, workspace = home(asker.id), place.payer
    here = await book.here(people, workspace)
    usual = budgets.usual([Whom("everyone", people), Whom("workspace", workspace)])
    known = {budget[:4] for budget in here}
    return [*(budget for budget in usual if budget[:4] not in known), *here]


def for_whom(target: Whom, stand: Sequence[Budget]) -> set[Whom]:
    """Whose budgets may be this one's: a person may have a role, and nobody tells us of others."""
    if target.kind != "person":
        return {target}
    return {target, *(budget.whom for budget in stand if budget.whom.kind in {"everyone", "role"})}


async def used(ledger: Ledger, stand: Sequence[Budget]) -> dict[Budget, tuple[Limit, Balance]]:
    """Of those that are one account's."""
    shared = {"everyone", "role"}
    own = [one for one in stand if one.whom.kind not in shared and one.amount is not None]
    return dict(zip(own, await ledger.used(own), strict=True))


def tallies(
    budgets: Budgets, stand: Sequence[Budget], target: Whom, wanted: Wanted, now: float
) -> list[Tally]:
    """What the budgets count that may apply to a person, a channel or the workspace. Raises
    Refused where there is none.
    """
    if target.kind in {"everyone", "role"}:
        raise Refused("This is for one person, channel or workspace at a time.")
    kind, _ = PURSES[target.kind]
    whose = for_whom(target, stand)
    found = [budget for budget in stand if budget.whom in whose and wanted.fits(budget)]
    if not found:
        raise Refused(
            "No such budget applies there, so nothing changes. `/budget show` lists those that "
            "stand."
        )
    return list(dict.fromkeys(budgets.tally(one, kind, target.subject, now) for one in found))


def called(whom: Whom, names: Mapping[str, str]) -> str:
    """`Ada`, `everyone, each`, `the role S9`, `the channel C1`, `this workspace`."""
    end = whom.subject.rpartition(":")[2]
    return {
        "person": names.get(whom.subject, f"`{whom.subject}`"),
        "role": f"the role `{end}`, each",
        "everyone": "everyone, each",
        "channel": f"the channel `{end}`",
        "workspace": "this workspace",
    }[whom.kind]


def line(
    budget: Budget,
    used: tuple[Limit, Balance] | None,
    names: Mapping[str, str],
    resets: str,
) -> str:
    parts = [f"- {called(budget.whom, names)}: {described(budget)}"]
    if used:
        limit, balance = used
        parts.append(f"{said(budget.unit, balance.spent)} used ({limit.percent(balance)} %)")
        parts += [f"{said(budget.unit, balance.granted)} granted"] if balance.granted else []
        parts += [f"{said(budget.unit, balance.held)} held"] if balance.held else []
    return ", ".join(parts) + f"; starts again {resets}"


def logged(change: Change, names: Mapping[str, str], when: str) -> str:
    budget = change.budget
    what = {
        "set": f"set {described(budget)} for",
        "remove": f"removed {described(budget._replace(amount=None))} of",
        "grant": f"granted {said(budget.unit, budget.amount)} for {WHEN[budget.window]} to",
        "reset": f"forgave {said(budget.unit, budget.amount)} of a {budget.window} of",
    }[change.verb]
    who = names.get(change.author, f"`{change.author}`")
    return f"- {when}, {who}: {what} {called(budget.whom, names)}"


def _listed(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
