"""What people are called. Slack's messages have their ids only."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.web import Lost, asked, error_code
from bot.errors import Undeliverable

log = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds
_AT_ONCE = 10
_MOST = 10_000  # kept


class Names:
    """Each person is asked for once; who may not be asked for (users:read) is called by the id."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def of(
        self, client: AsyncWebClient, team: str, users: Collection[str]
    ) -> Mapping[str, str]:
        if len(self._known) > _MOST:
            self._known.clear()
        unknown = [user for user in users if user and (team, user) not in self._known]
        with suppress(TimeoutError):  # what was said can be understood without
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(self._ask(client, team, user) for user in unknown))
        return {user: self._known.get((team, user), user) for user in users}

    async def _ask(self, client: AsyncWebClient, team: str, user: str) -> None:
        async with self._gate:
            try:
                answer = await asked(client.users_info(user=user))
            except SlackApiError as error:
                log.info("Slack does not tell a name: %s", error_code(error))
                self._known[team, user] = user
            except (Undeliverable, Lost) as error:
                log.info("a name was not found: %s", error)
            else:
                self._known[team, user] = _name(answer.get("user")) or user


def _name(user: object) -> str:
    match user:
        case {"profile": {"display_name": str(name)}} if name:
            return name
        case {"real_name": str(name)} | {"name": str(name)} if name:
            return name
    return ""
