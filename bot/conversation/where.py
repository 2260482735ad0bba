"""Where an answer to a question in a channel stands, as people chose it: the nearest wins. It is
asked when a question comes in, so it is short and never in the way.
"""

import asyncio
import logging

from bot.events import Author, Place
from bot.storage.preferences import Preferences
from bot.storage.problems import StorageUnavailable

log = logging.getLogger(__name__)
NAME = "where"
PATIENCE = 0.5  # seconds; Slack waits three for an acknowledgement


class Wheres:
    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    async def of(self, place: Place, author: Author) -> str:
        """As ports.Where: by one query."""
        scopes = (place.channel_key, author.id, place.payer)
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._preferences.at(scopes)
        except (StorageUnavailable, TimeoutError) as error:
            log.warning("where to answer in %s is not known: %r", place.channel_key, error)
            return ""
        return next((value for scope in scopes if (value := found[scope].get(NAME))), "")
