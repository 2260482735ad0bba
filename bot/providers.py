"""Who answers each capability: a server and its stand-ins, and the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from pydantic import SecretStr

from bot import twin
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import WrongValue, check
from bot.openai.client import OPENAI
from bot.openai.limits import Limits
from bot.openai.standing import Standing
from bot.openai.transport import Transport
from bot.provider_settings import CAPABILITIES, Capability
from bot.settings import Settings, WrongSetting

NOWHERE = "http://sandbox.invalid/v1"  # RFC 6761: a name that nobody has


@dataclass(frozen=True)
class Server:
    base_url: str | None  # None: OpenAI's
    key: SecretStr | None
    organization: str | None = None

    @property
    def name(self) -> str:
        """For people; without a password that an address may have."""
        return urlsplit(self.base_url or OPENAI).netloc.rpartition("@")[2]


@dataclass(frozen=True)
class Route:
    """`servers`: each is asked where the one before it is down or our quota there is spent. The
    limits are those of each.
    """

    servers: tuple[Server, ...]
    limits: Limits


class Providers:
    """Capabilities with the same route share one Transport. `sandbox`: where the twin listens;
    None: it does not run. `models`: by capability, and the one for subtitles.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, sandbox: str | None = None
    ) -> None:
        self._routes: Mapping[str, Route] = {
            capability: route(settings, capability, sandbox) for capability in CAPABILITIES
        }
        self._transports = {
            way: _transport(way.servers, way.limits) for way in set(self._routes.values())
        }
        models = {name: chosen_model(settings, catalogue, name) for name in CAPABILITIES}
        self.models: Mapping[str, str] = models | {
            "subtitles": _of_subtitles(catalogue, models["transcription"])
        }

    def transport(self, capability: str) -> Transport:
        return self._transports[self._routes[capability]]

    def model(self, capability: str) -> str:
        return self.models[capability]

    def standings(self) -> list[tuple[Sequence[str], list[Standing]]]:
        """The capabilities that share a route, and how its servers stand, in their order."""
        return [
            ([name for name, of in self._routes.items() if of == way], transport.standings())
            for way, transport in self._transports.items()
        ]

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()


def route(settings: Settings, capability: Capability, sandbox: str | None = None) -> Route:
    if settings.sandboxed(capability):  # which falls back on nobody who may charge
        return Route((Server(sandbox or NOWHERE, twin.KEY),), Limits())
    own = settings.provider(capability)
    if own.api_key or own.base_url:
        first = Server(own.base_url or settings.openai_base_url, own.api_key)
    else:
        first = Server(settings.openai_base_url, settings.openai_api_key, settings.openai_org_id)
    if own.fallbacks is None:
        listed, usual = settings.fallbacks or (), settings.openai_base_url
    else:
        listed, usual = own.fallbacks, first.base_url
    others = (Server(other.base_url or usual, other.api_key) for other in listed)
    return Route((first, *others), _limits(settings, capability))


def _limits(settings: Settings, capability: Capability) -> Limits:
    own = settings.provider(capability)
    names = Limits.__struct_fields__
    stated = {name: getattr(own, name) or getattr(settings, name) for name in names}
    return msgspec.convert(stated, Limits)


def _transport(servers: Sequence[Server], limits: Limits) -> Transport:
    first, *others = servers
    fallback = _transport(others, limits) if others else None
    return Transport(
        first.base_url, first.key, first.organization, fallback=fallback, limits=limits
    )


def chosen_model(settings: Settings, catalogue: Catalogue, capability: Capability) -> str:
    if chosen := settings.provider(capability).model:
        return chosen
    if settings.sandboxed(capability):
        return twin.MODELS[capability]
    return catalogue.defaults["fine_tuning" if capability == "jobs" else capability]


def check_dimensions(settings: Settings, catalogue: Catalogue) -> None:
    """Raises WrongSetting where the model makes no vectors of this length."""
    model = catalogue.model(chosen_model(settings, catalogue, "embeddings"), "embeddings")
    try:
        check(catalogue, model, "embeddings", {"dimensions": settings.embeddings.dimensions})
    except WrongValue as error:
        raise WrongSetting(f"PARLEY_EMBEDDINGS_DIMENSIONS: {error.sentence}") from error


def _of_subtitles(catalogue: Catalogue, transcribes: str) -> str:
    """Newer models of OpenAI's make none."""
    formats = catalogue.model(transcribes, "transcription").choices.get("response_format")
    return transcribes if formats is None or "srt" in formats else catalogue.defaults["subtitles"]
