"""What people, channels and capabilities are called, where it is known; else their ids."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.events import Place
from bot.ports import Adapter
from bot.storage.people import People
from bot.storage.reports import Dimension

_MARKS = re.compile(r"(?:[*`~\[\]()<>|\\\s\x00-\x1f\u202a-\u202e\u2066-\u2069]|://)+")
_LONGEST = 40  # characters
_PATIENCE = 5.0  # seconds that a platform has to say how its channels are called
_AT_ONCE = 4  # channels
_MOST = 50  # channels that are asked for in one report: platforms count
_KEPT = 3_600.0  # seconds that a channel's name is taken to hold


class Names:
    def __init__(self, people: People, adapters: Mapping[str, Adapter]) -> None:
        self._people = people
        self._adapters = adapters
        self._channels_known: dict[str, tuple[str, float]] = {}

    async def of(self, dimension: Dimension, keys: Sequence[str]) -> dict[str, str]:
        """Each plain, and no two alike."""
        if dimension == "author":
            found = await self._people.names(keys)
        elif dimension == "channel":
            found = await self._channels(keys)
        else:
            found = {key: key.replace("_", " ") if dimension == "capability" else key
                     for key in keys}  # fmt: skip
        return _distinct({key: plain(found.get(key, "")) or _id(key) for key in keys})

    async def _channels(self, keys: Sequence[str]) -> dict[str, str]:
        slots, known, now = asyncio.Semaphore(_AT_ONCE), self._channels_known, time.monotonic()

        async def ask(key: str) -> None:
            async with slots:
                known[key] = await self._channel(key), now + _KEPT

        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as group:
                for key in [key for key in keys if known.get(key, ("", 0.0))[1] <= now][:_MOST]:
                    group.create_task(ask(key))
        return {key: known[key][0] for key in keys if key in known}

    async def _channel(self, key: str) -> str:
        """Empty where Parley cannot see it."""
        parts = key.split(":", 2)
        if len(parts) != 3 or not (adapter := self._adapters.get(parts[0])):  # noqa: PLR2004  platform, workspace, channel
            return ""
        return await adapter.called(Place(*parts))


def plain(name: str) -> str:
    """A name as text that no platform takes for markup."""
    return _MARKS.sub(" ", name).strip()[:_LONGEST].strip()


def _id(key: str) -> str:
    return plain(key.rpartition(":")[2]) or "not known"


def _distinct(names: dict[str, str]) -> dict[str, str]:
    """Namesakes are told apart by their ids."""
    seen = list(names.values())
    return {
        key: f"{name} {_id(key)}" if seen.count(name) > 1 and name != _id(key) else name
        for key, name in names.items()
    }
