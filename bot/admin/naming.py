"""What people and channels are called on the admin pages."""

from collections.abc import Sequence

from bot.events import Author, Place
from bot.reports.naming import Names, plain


async def people(names: Names, authors: Sequence[Author]) -> dict[str, str]:
    """By id: as the event itself says, else as they were called before."""
    unnamed = [author.id for author in authors if not plain(author.name)]
    known = await names.of("author", list(dict.fromkeys(unnamed)))
    return {author.id: plain(author.name) for author in authors} | known


async def channels(names: Names, places: Sequence[Place]) -> dict[str, str]:
    """By Place.channel_key, with the platform before."""
    found = await names.of("channel", list({place.channel_key: None for place in places}))
    platforms = {place.channel_key: place.platform.capitalize() for place in places}
    return {key: f"{platforms[key]}: {name}" for key, name in found.items()}


def workspace(key: str) -> str:
    """`slack:T1` as `Slack T1`."""
    platform, _, name = key.partition(":")
    return f"{platform.capitalize()} {plain(name)}".strip()
