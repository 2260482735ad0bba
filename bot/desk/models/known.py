"""What there is to choose from: what the server offers, and what the catalogue knows of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from bot.choosing import preference
from bot.errors import Refused
from bot.events import Place
from bot.lately import Lately
from bot.openai.catalogue import Model, Prices
from bot.openai.catalogue_check import check
from bot.openai.errors import NotFound, OpenAIError
from bot.openai.models import OfferedModel
from bot.services import Services
from bot.spending.money import dollars

ENDPOINTS: Mapping[str, str] = {
    "chat": "chat/completions", "images": "images/generations", "speech": "audio/speech",
    "transcription": "audio/transcriptions", "translation": "audio/translations",
}  # fmt: skip
"""Of the capabilities whose model can be chosen here: those that read `choosing.model`."""
_LASTS = 30.0  # seconds


class Known(msgspec.Struct, frozen=True):
    """`model` is what the catalogue has, its permissive defaults where it has nothing."""

    id: str
    model: Model
    owner: str = ""
    told: date | None = None  # when it retires, as its server says
    since: date | None = None

    @property
    def retires(self) -> date | None:
        return self.told or self.model.retires

    @property
    def capability(self) -> str:
        return self.model.capability if self.model.known else ""

    def left(self, today: date | None = None) -> int | None:
        """Days until it retires."""
        today = today or datetime.now(UTC).date()
        return (self.retires - today).days if self.retires else None


class Models:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._offered = Lately(services.openai.models.list, _LASTS)

    async def all(self) -> Sequence[Known]:
        """Those that the server offers; those of the catalogue, where it cannot be asked."""
        try:
            return sorted(map(self._known, await self._offered()), key=lambda known: known.id)
        except OpenAIError:
            ids = {id_ for endpoint in ENDPOINTS.values() for id_ in self._serving(endpoint)}
            return [self._known(OfferedModel(id_)) for id_ in sorted(ids)]

    async def one(self, id_: str) -> Known:
        """Raises Refused where neither the server nor the catalogue has it, OpenAIError."""
        id_ = id_.strip().strip("`")
        try:
            return self._known(await self._services.openai.models.retrieve(id_))
        except NotFound:
            known = self._known(OfferedModel(id_))
            left = known.left()
            if known.model.known and (left is None or left > 0):
                return known
        raise Refused(f"There is no model “{id_[:80]}” here. `/models list` lists those there are.")

    def fits(self, known: Known, capability: str) -> str:
        """The capability that it can be chosen for: this one, or its own. Raises Refused."""
        wanted = capability or known.capability or "chat"
        if wanted not in ENDPOINTS:
            raise Refused(f"{known.id} is for {wanted}, whose model an operator sets; here you "
                          f"choose those for {', '.join(ENDPOINTS)}.")  # fmt: skip
        check(self._services.catalogue, known.model, ENDPOINTS[wanted], {})
        return wanted

    async def in_use(self, place: Place) -> Mapping[str, Sequence[str]]:
        """Model -> what it is asked for here: by the settings, and as chosen in this place."""
        found: dict[str, list[str]] = {}
        for capability, id_ in self._services.models.items():
            if capability != "subtitles":
                found.setdefault(id_, []).append(_said(capability))
        for scope, where in (
            (place.payer, "everywhere"), (place.channel_key, "in this channel"),
            (place.key, "in this thread"),
        ):  # fmt: skip
            chosen = await self._services.preferences.of(scope)
            for capability in ENDPOINTS:
                if named := chosen.get(preference(capability)):
                    found.setdefault(named, []).append(f"{capability} {where}")
        return found

    def _known(self, offered: OfferedModel) -> Known:
        model = self._services.catalogue.model(offered.id)
        since = datetime.fromtimestamp(offered.created, UTC).date() if offered.created else None
        return Known(offered.id, model, offered.owned_by or "", offered.retires, since)

    def _serving(self, endpoint: str) -> Iterable[str]:
        return self._services.catalogue.serving(endpoint)


def _said(capability: str) -> str:
    return "fine-tuning" if capability == "jobs" else capability


def prices(model: Model) -> Sequence[tuple[str, str]]:
    """(of what, how much)."""
    return [
        *_tokens("", model.prices),
        *(line for tier, tag in model.tiers.items() for line in _tokens(f"{tier} ", tag)),
        *_tokens("picture ", model.picture_tokens),
        *_tokens("sound ", model.sound_tokens),
        *_pictures(model),
        *_of("a million characters spoken", model.million_characters),
        *_of("a minute of sound", model.minute),
        *_of("a million tokens of training", model.training),
    ]


def _tokens(kind: str, found: Prices | None) -> Iterable[tuple[str, str]]:
    if not found:
        return
    yield f"a million {kind}tokens read", dollars(found.input)
    if found.cached is not None:
        yield f"the same from the provider's cache, {kind}".strip(", "), dollars(found.cached)
    if found.output:
        yield f"a million {kind}tokens written", dollars(found.output)


def _pictures(model: Model) -> Iterable[tuple[str, str]]:
    costs = [cost for table in model.pictures.values() for cost in table.values()]
    if costs:
        least, most = dollars(min(costs)), dollars(max(costs))
        yield "a picture", least if least == most else f"{least} to {most}"


def _of(what: str, cost: int | None) -> Iterable[tuple[str, str]]:
    return () if cost is None else [(what, dollars(cost))]


def price_line(model: Model) -> str:
    """`$0.15 read, $0.60 written`."""
    if model.prices and (model.prices.input or model.prices.output):
        written = f", {dollars(model.prices.output)} written" if model.prices.output else ""
        return f"{dollars(model.prices.input)} read{written}"
    if model.prices:
        return "free"
    first = next(iter(prices(model)), None)
    return f"{first[1]} {first[0]}" if first else ""


def retirement(known: Known) -> str:
    left = known.left()
    if left is None:
        return ""
    if left <= 0:
        return f"retired on {known.retires}"
    return f"retires on {known.retires}"
