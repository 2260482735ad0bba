"""Discord's REST API for all that Parley says: discord.py's client, and what it does not repeat."""

import asyncio
import logging
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route

from bot.errors import Undeliverable
from bot.settings import WrongSetting

log = logging.getLogger(__name__)

_PAUSES = (0.1, 0.5, 2.0, 5.0)  # seconds between attempts
_TIMEOUT = 60.0  # seconds for one attempt, discord.py's own waiting for rate limits included
_LONGEST_LIMIT = 60.0  # seconds; after a longer 429 the delivery is tried again as a whole
_TOO_MANY = 429


class Rest:
    """Logged in at first use, so that answers go out before the gateway stands and after it."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._http: HTTPClient | None = None
        self._opening = asyncio.Lock()
        self.me = 0  # the bot's user id, once open

    async def open(self) -> HTTPClient:
        """Raises WrongSetting where Discord does not know the token."""
        async with self._opening:
            if self._http is None:
                self._http = await self._login()
            return self._http

    async def _login(self) -> HTTPClient:
        http = HTTPClient(asyncio.get_running_loop(), max_ratelimit_timeout=_LONGEST_LIMIT)
        try:
            self.me = int((await http.static_login(self._token))["id"])
        except discord.LoginFailure as error:
            raise refused_token(error) from error
        finally:
            if not self.me:
                await http.close()
        return http

    async def close(self) -> None:
        if self._http:
            await self._http.close()
            self._http = None

    async def call(self, method: str, path: str, *, once: bool = False, **request: Any) -> Any:
        """`request`: what fills the path, and `json` or `params`. Dropped connections and 429s
        without a Via header, which discord.py gives up on, are tried again, unless `once`.
        """
        http = await self.open()
        body: dict[str, Any] = {
            key: request.pop(key) for key in ("json", "params") if key in request
        }
        route = Route(method, path, **request)
        for pause in () if once else _PAUSES:
            try:
                return await _attempt(http, route, body)
            except (OSError, aiohttp.ClientError) as error:  # a TimeoutError is an OSError
                log.info("%s %s: %r, trying again", method, path, error)
                await asyncio.sleep(pause)
            except discord.HTTPException as error:
                if error.status != _TOO_MANY or (wait := _retry_after(error)) > _LONGEST_LIMIT:
                    raise
                log.warning("%s %s: 429, trying again in %s s", method, path, wait)
                await asyncio.sleep(max(wait, pause))
        return await _attempt(http, route, body)


def refused_token(error: Exception) -> WrongSetting:
    return WrongSetting(
        "Discord refuses DISCORD_TOKEN: copy the bot's token again from its developer portal",
        str(error),
    )


async def _attempt(http: HTTPClient, route: Route, body: dict[str, Any]) -> Any:
    async with asyncio.timeout(_TIMEOUT):
        return await http.request(route, **body)


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", 1))
    except ValueError:
        return 1.0


_SENTENCES = {
    10003: "The channel is gone.",
    10008: "The message that Parley was answering in was deleted.",
    50001: "Parley cannot see this channel: give it the permission View Channel.",
    50007: "You do not take direct messages from Parley.",
    50013: "Parley may not write here: give it the permissions Send Messages and Send Messages in "
    "Threads.",
    50083: "The thread is archived: write in it, and Parley can go on.",
    160005: "The thread is locked: a moderator can unlock it.",
}
_PASSING = {401, _TOO_MANY}


def refusal(error: discord.HTTPException) -> Exception:
    """Undeliverable where trying again is useless, else the error itself."""
    if error.status >= 500 or error.status in _PASSING:  # noqa: PLR2004  a server's own fault
        return error
    sentence = _SENTENCES.get(error.code, "Discord does not take this answer.")
    return Undeliverable(sentence, f"{error.status} {error.code}: {error.text}")
