"""/budget: what people, channels and the workspace may use. For admins."""

from collections.abc import Iterable, Mapping, Sequence

from bot.commands import Choice, Command, Option, Typing
from bot.errors import Refused
from bot.events import Invocation, Value
from bot.layers.allowance import ALERT
from bot.parts import Notice, Reply, Text
from bot.run import Run
from bot.services import Services
from bot.spending import managing, whom
from bot.spending.alerts import Alerts
from bot.spending.amounts import read, said
from bot.spending.budgets import WHEN, described, home
from bot.spending.managing import CAPABILITIES, UNITS, Wanted
from bot.storage.balances import Budget, Tally, Whom
from bot.storage.budgets import Asked

SUGGESTED = 20
AMOUNT = Option("amount", "$5, 200k tokens, 20 pictures, 90 minutes or 100 requests", required=True)
WINDOW = Option("window", "How long it lasts", choices=tuple(WHEN))
CAPABILITY = Option("capability", "Of this alone", choices=CAPABILITIES)
UNIT = Option("unit", "What it counts", choices=tuple(UNITS))
MODE = Option("mode", "Tell me here, or nowhere", choices=("here", "off", "show"))


def setup(services: Services) -> Iterable[Command]:
    desk = Desk(services)
    anybody = Option("whom", "A person, role, channel, everyone or workspace", suggest=desk.suggest)
    somebody = Option("whom", "A person, or an id", required=True, suggest=desk.suggest)
    for name, help_, handler, options in (
        ("show", "Which budgets stand here, and what is used of them", desk.show, (anybody,)),
        ("set", "How much somebody may use", desk.set, (AMOUNT, anybody, WINDOW, CAPABILITY)),
        ("grant", "More for a person, this once", desk.grant,
         (AMOUNT, somebody, WINDOW, CAPABILITY)),
        ("reset", "Forgive what is used by now", desk.reset, (somebody, WINDOW, CAPABILITY)),
        ("remove", "A budget that is not wanted any more", desk.remove,
         (anybody, WINDOW, UNIT, CAPABILITY)),
        ("alerts", "Where admins hear that a budget is nearly used", desk.alerts, (MODE,)),
    ):  # fmt: skip
        yield Command(f"budget {name}", help_, handler, options, access="admin", private=True,
                      usual=name == "show", tool=name != "alerts",
                      changes=name != "show")  # fmt: skip
    what = Option("what", "What to say", required=True)
    yield Command(ALERT, "A budget is nearly used", _alert, (what,), access="parley")


async def _alert(run: Run) -> Reply:
    yield Text(f"**Budget**: {_values(run).get('what', '')}")


class Desk:
    def __init__(self, services: Services) -> None:
        self._book = services.budget_book
        self._people = services.people
        self._ledger = services.ledger
        self._budgets = services.budgets
        self._alerts = Alerts(services.preferences)

    async def suggest(self, typing: Typing) -> Sequence[Choice]:
        """Those words, and who has asked for something here."""
        words = (whom.EVERYONE, whom.CHANNEL, whom.WORKSPACE)
        people = await self._people.called(typing.text.strip(), home(typing.author.id), SUGGESTED)
        return [
            *(Choice(word, word) for word in words if word.startswith(typing.text.strip().lower())),
            *(Choice(one.name[:75], one.id) for one in people if len(one.id) <= 75),  # noqa: PLR2004  a Choice's
        ]  # fmt: skip

    async def show(self, run: Run) -> Reply:
        asker, place = run.event.author, run.event.place
        stand = await managing.standing(self._book, self._budgets, asker, place)
        if _values(run).get("whom"):
            target = await self._whom(run)
            stand = [budget for budget in stand if budget.whom in managing.for_whom(target, stand)]
        names = await self._names(budget.whom for budget in stand)
        used = await managing.used(self._ledger, stand)
        now = self._ledger.now()
        lines = [managing.line(one, used.get(one), names, self._budgets.resets(one.window, now))
                 for one in stand]  # fmt: skip
        yield Text("\n".join(["**Budgets**", *lines]) if lines else "No budget is set here.")
        changes = await self._book.changes(home(asker.id), place.payer, managing.CHANGES)
        names |= await self._names(change.budget.whom for change in changes)
        names |= await self._people.names([change.author for change in changes])
        if changes:
            log = [managing.logged(one, names, self._budgets.moment(one.at)) for one in changes]
            yield Text("\n".join(["**Last changes**", *log]), key="changes")

    async def set(self, run: Run) -> Reply:
        values = _values(run)
        unit, amount = read(str(values["amount"]))
        wanted = Wanted.of(values, unit)
        target = await self._whom(run)
        budget = Budget(target, unit, wanted.window or "day", wanted.capability, amount)
        await self._book.set(_asked(run), budget)
        names = await self._names([target])
        yield Text(f"{managing.called(target, names)}: {described(budget)}.")
        if target.kind == "person" and target.subject not in names:
            yield Notice(
                "Nobody with this id has asked me anything so far. If they have left, "
                "`/budget remove` takes it away again."
            )

    async def grant(self, run: Run) -> Reply:
        values = _values(run)
        unit, amount = read(str(values["amount"]))
        target = await self._whom(run)
        if target.kind != "person" or not amount:
            raise Refused("A grant is an amount for one person; `/budget set` is for all others.")
        wanted = Wanted.of(values, unit)
        found = [tally for tally in await self._tallies(run, target, wanted)
                 if tally.capability == wanted.capability]  # fmt: skip
        if len(found) != 1:
            raise Refused(_which(found))
        await self._book.grant(_asked(run), found[0], amount)
        name = managing.called(target, await self._names([target]))
        when = WHEN[found[0].account.window]
        yield Text(f"{name} may use {said(unit, amount)} more for {when}{_of(wanted.capability)}.")

    async def reset(self, run: Run) -> Reply:
        target = await self._whom(run)
        found = await self._tallies(run, target, Wanted.of(_values(run)))
        forgiven = await self._book.reset(_asked(run), found)
        name = managing.called(target, await self._names([target]))
        lines = [
            f"- {said(tally.unit, amount)} for {WHEN[tally.account.window]}{_of(tally.capability)}"
            for tally, amount in zip(found, forgiven, strict=True)
        ]
        yield Text("\n".join([f"Forgiven, for {name}:", *lines]))

    async def remove(self, run: Run) -> Reply:
        target = await self._whom(run)
        stand = await self._book.of([target])
        wanted = Wanted.of(_values(run))
        found = [budget for budget in stand if wanted.fits(budget)]
        name = managing.called(target, await self._names([target]))
        if again := await self._book.removed(_asked(run)):
            found = [again]
        elif len(found) != 1:
            raise Refused(_choose(name, found or stand))
        await self._book.remove(_asked(run), found[0])
        yield Text(f"Removed: {described(found[0])} for {name}.")

    async def alerts(self, run: Run) -> Reply:
        author, place = run.event.author, run.event.place
        mode = _values(run).get("mode", "show")
        if mode == "here":
            await self._alerts.send_to(place, author)
        elif mode == "off":
            await self._alerts.off(place, author)
        now = await self._alerts.place(place.payer, author.id)
        if now is None:
            yield Text(
                "Nobody is told when a budget is nearly used. `/budget alerts here` changes it."
            )
        else:
            where = "here" if now == place else f"in the channel `{now.channel}`"
            yield Text(
                f"At 95 % and at 100 % of a budget I say so {where}. `/budget alerts off` ends it."
            )

    async def _tallies(self, run: Run, target: Whom, wanted: Wanted) -> list[Tally]:
        stand = await managing.standing(
            self._book, self._budgets, run.event.author, run.event.place
        )
        return managing.tallies(self._budgets, stand, target, wanted, self._ledger.now())

    async def _whom(self, run: Run) -> Whom:
        text = str(_values(run).get("whom", ""))
        return await whom.read(text, self._people, run.event.author, run.event.place)

    async def _names(self, of: Iterable[Whom]) -> dict[str, str]:
        return await self._people.names([one.subject for one in of if one.kind == "person"])


def _values(run: Run) -> Mapping[str, Value]:
    return run.event.values if isinstance(run.event, Invocation) else {}


def _asked(run: Run) -> Asked:
    return Asked(run.id, run.event.author.id)


def _of(capability: str) -> str:
    return f", of {capability.replace('_', ' ')}" if capability else ""


def _which(found: Sequence[Tally]) -> str:
    if not found:
        return "No budget that counts this applies, so there is nothing to add to."
    windows = " or ".join(sorted({tally.account.window for tally in found}))
    return f"There are budgets by {windows}: say which by `window:`."


def _choose(name: str, stand: Sequence[Budget]) -> str:
    if not stand:
        return f"No budget is set for {name}. Those of the settings are the operator's to remove."
    listed = "; ".join(map(described, stand))
    return f"Say which budget of {name} by `window`, `unit` and `capability`: {listed}."
