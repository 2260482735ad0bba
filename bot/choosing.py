"""Which model answers where: the nearest choice wins."""

from collections.abc import Mapping

from bot.events import Place
from bot.services import Services


def preference(capability: str) -> str:
    """The name of the choice among the preferences of a place."""
    return "model" if capability == "chat" else f"{capability}_model"


async def model(services: Services, place: Place, capability: str) -> str:
    """That of the thread, the channel, the workspace, or of the settings."""
    found = await services.preferences.at((place.key, place.channel_key, place.payer))
    chosen = (scope.get(preference(capability)) for scope in found.values())
    return next(filter(None, chosen), services.models[capability])


async def models(services: Services, place: Place, *capabilities: str) -> Mapping[str, str]:
    """Those of the settings, with these as they are chosen here."""
    chosen = {name: await model(services, place, name) for name in capabilities}
    return {**services.models, **chosen}
