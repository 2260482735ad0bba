"""Models: what there is, and which of them answers here."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.choosing import preference
from bot.chores import Chore
from bot.commands import Choice, Command, Option, Typing
from bot.desk.models.known import ENDPOINTS, Known, Models, price_line, prices, retirement
from bot.desk.models.retirement import COMMAND, PAUSE, Retirement
from bot.events import Invocation, Place
from bot.listing import Listing, asked
from bot.openai.catalogue import Model
from bot.parts import Button, Buttons, Card, Reply, Text
from bot.run import Run
from bot.services import Services

PAGE = 20  # models
SHOWN = 25  # suggestions (Discord's limit)
MORE = Buttons((Button("More", "models_more"),))
USUAL = "usual"  # undoes a choice
SOON = 90  # days


def setup(services: Services) -> Iterable[Command | Chore]:
    models = Models(services)
    desk = Desk(services, models)
    search = Option("search", "A part of the name")
    capability = Option("capability", "What they are for", suggest=_capabilities)
    yield Command("models list", "The models that there are", desk.listed, (search, capability),
                  usual=True, tool=True)  # fmt: skip
    yield Command("models_more", "The next page", desk.listed, button=True)
    which = Option("model", "Which model", required=True, suggest=desk.suggested)
    yield Command("models show", "What is known of a model", desk.shown, (which,), tool=True)
    yield Command(
        "models use",
        "Have a model answer here, or everywhere",
        desk.used,
        (
            Option("model", f"Which one; `{USUAL}` undoes it", required=True,
                   suggest=desk.suggested),
            Option("capability", "What for; its own, if you do not say", choices=(*ENDPOINTS,)),
            Option("where", "This channel, or the whole workspace", choices=("here", "everywhere")),
        ),
        access="admin",
    )  # fmt: skip
    told = tuple(Option(name, "What", required=True) for name in ("model", "capability", "date"))
    yield Command(COMMAND, "A model will be switched off", _retires, told, access="parley")
    yield Chore("models that retire", Retirement(services, models).warn, PAUSE)


class Desk:
    def __init__(self, services: Services, models: Models) -> None:
        self._services = services
        self._models = models

    async def listed(self, run: Run) -> Reply:
        listing = await asked(self._services.works, run, "models")
        used = await self._models.in_use(run.event.place)
        found = _searched(await self._models.all(), listing.query, used)
        begin = int(listing.after or 0)
        page = found[begin : begin + PAGE]
        lines = [_line(known, used.get(known.id, ())) for known in page]
        counted = (
            f"**{len(found):,} {'model' if len(found) == 1 else 'models'}**"
            if found
            else "There is no such model."
        )
        yield Text("\n".join([counted, *lines]))
        if more := begin + PAGE < len(found):
            following = Listing("models", listing.query, str(begin + PAGE))
            await self._services.works.keep(run, following)
        yield MORE if more else Buttons(())

    async def shown(self, run: Run) -> Reply:
        known = await self._models.one(_value(run, "model"))
        used = (await self._models.in_use(run.event.place)).get(known.id, ())
        lines = [f"- {cost}: {what}" for what, cost in prices(known.model)]
        if lines and known.model.batch:
            lines.append("- In a batch, half of that.")
        priced = "\n".join(["**Prices**", *lines]) if lines else "Its price is not known."
        yield Card(known.id[:150], priced, _facts(known, used))

    async def used(self, run: Run) -> Reply:
        id_, capability = _value(run, "model"), _value(run, "capability")
        scope, where = _scope(run.event.place, _value(run, "where"))
        if id_.casefold() == USUAL:
            await self._services.preferences.delete(scope, preference(capability or "chat"))
            yield Text(f"The usual model answers {where} again for {capability or 'chat'}.")
            return
        known = await self._models.one(id_)
        capability = self._models.fits(known, capability)
        await self._services.preferences.put(scope, preference(capability), known.id)
        price = "" if known.model.known else " Its price is not known, so it is booked as unknown."
        yield Text(f"**{known.id}** is the model for {capability} {where} now.{price}")
        left = known.left()
        if left is not None and left <= SOON:
            yield Text(f"_Mind that it {retirement(known)}._", key="note")

    async def suggested(self, typing: Typing) -> Sequence[Choice]:
        typed = typing.text.strip().casefold()
        found = [known.id for known in await self._models.all() if typed in known.id.casefold()]
        return [Choice(id_[:75], id_) for id_ in found[:SHOWN] if len(id_) <= 75]  # noqa: PLR2004  Slack's limit


def _searched(models: Sequence[Known], query: dict[str, str], used: Any) -> Sequence[Known]:
    """Those in use first."""
    text, capability = query.get("search", "").casefold(), query.get("capability", "").casefold()
    found = [
        known for known in models
        if text in known.id.casefold() and capability in {"", known.capability}
    ]  # fmt: skip
    return sorted(found, key=lambda known: (known.id not in used, known.id))


def _line(known: Known, used: Sequence[str]) -> str:
    price = price_line(known.model)
    facts = (
        known.capability, f"by {known.owner}" if known.owner else "", price, retirement(known),
        f"**in use for {', '.join(used)}**" if used else "",
    )  # fmt: skip
    return " · ".join([f"- `{known.id}`", *filter(None, facts)])


def _facts(known: Known, used: Sequence[str]) -> tuple[tuple[str, str], ...]:
    model = known.model
    told = (
        ("For", known.capability), ("Owner", known.owner), ("Since", str(known.since or "")),
        ("Retirement", retirement(known)),
        ("In use for", ", ".join(used)), *_window(model), ("Tuned by", ", ".join(model.methods)),
        ("Endpoints", ", ".join(model.endpoints)),
    )  # fmt: skip
    return tuple((name, value) for name, value in told if value)


def _window(model: Model) -> Iterable[tuple[str, str]]:
    if model.known and model.capability == "chat":
        yield "Reads", f"{model.context:,} tokens"
        yield "Writes", f"{model.max_output:,} tokens"


def _scope(place: Place, where: str) -> tuple[str, str]:
    if where == "everywhere":
        return place.payer, "in this workspace"
    return place.channel_key, "in this channel"


async def _capabilities(typing: Typing) -> Sequence[Choice]:
    names = (*ENDPOINTS, "embeddings", "moderation")
    return [Choice(name, name) for name in names if typing.text.strip().casefold() in name]


async def _retires(run: Run) -> Reply:
    model, capability, date = (_value(run, name) for name in ("model", "capability", "date"))
    yield Card(
        f"{model} retires on {date}"[:150],
        f"It answers here for {capability}, and will not after that day. `/models list` shows the "
        "others, and `/models use` chooses one.",
        state="failed",
    )


def _value(run: Run, name: str) -> str:
    values = run.event.values if isinstance(run.event, Invocation) else {}
    return str(values.get(name, "")).strip()
