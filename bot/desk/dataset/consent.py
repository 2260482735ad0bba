"""Who agreed that answers are collected: the workspace, by an admin, and each person for their
own.
"""

from bot.storage.preferences import Preferences

_NAME = "dataset"


class Consent:
    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    async def agreed(self, workspace: str) -> bool:
        """Unless an admin said so, nothing is collected."""
        return (await self._preferences.of(workspace)).get(_NAME) == "on"

    async def out(self, author: str) -> bool:
        return (await self._preferences.of(author)).get(_NAME) == "out"

    async def set(self, scope: str, value: str) -> None:
        """`on` or `off` of a workspace, `out` or `in` of a person."""
        await self._preferences.put(scope, _NAME, value)
