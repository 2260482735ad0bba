"""Tokens that expire, where the app rotates them, are renewed in time. A refresh token is good
once, so nobody may use one beside somebody else.
"""

import asyncio
import logging
import random
import time

import msgspec
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import web
from adapters.slack.installations import Installations, Installed
from bot.errors import Undeliverable

log = logging.getLogger(__name__)
_BEFORE = 120 * 60.0  # seconds before a token expires
_PAUSE = 0.3  # seconds until we look again for the token that another process gets


class Rotation:
    def __init__(
        self, client: AsyncWebClient, installations: Installations, pair: tuple[str, str]
    ) -> None:
        self._client = client
        self._installations = installations
        self._pair = pair
        self._one_at_a_time = asyncio.Lock()

    async def current(self, installed: Installed) -> Installed:
        """With a token that has not expired, as far as Slack gives one."""
        if not _is_due(installed):
            return installed
        async with self._one_at_a_time:
            while True:
                async with self._installations.claimed(installed.id) as alone:
                    # Somebody may have renewed it before we were alone.
                    installed = await self._installations.get(installed.id) or installed
                    if alone and _is_due(installed):
                        return await self._renewed(installed)
                if not _is_due(installed) or time.time() < installed.expires:
                    return installed
                await asyncio.sleep(_PAUSE * random.uniform(0.5, 1.5))

    async def _renewed(self, old: Installed) -> Installed:
        grant = {"grant_type": "refresh_token", "refresh_token": old.refresh}
        try:
            answer = await web.access(self._client, self._pair, **grant)
        except (SlackApiError, Undeliverable, web.Lost) as error:
            cause = web.error_code(error) if isinstance(error, SlackApiError) else error
            log.error("Slack does not renew the token of %s: %s", old.name, cause)
            return old
        new = msgspec.structs.replace(
            old,
            token=str(answer["access_token"]),
            refresh=str(answer["refresh_token"]),
            expires=time.time() + float(str(answer["expires_in"])),
        )
        # Not over a removal, or another installation.
        if await self._installations.get(old.id) == old:
            await self._installations.put(new)
            log.info("renewed the token of %s", new.name)
        return new


def _is_due(installed: Installed) -> bool:
    return bool(installed.refresh) and installed.expires - time.time() < _BEFORE
