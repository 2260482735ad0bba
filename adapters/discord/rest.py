"""Discord's REST API for all that Parley says: discord.py's client, and what it does not repeat."""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route

from adapters.discord.limits import Locks, Window
from adapters.discord.refusals import OLD_EDITS
from adapters.discord.uploads import Upload, opened
from bot.settings import WrongSetting

log = logging.getLogger(__name__)

_PAUSES = (0.1, 0.5, 2.0, 5.0)  # seconds between attempts
_TIMEOUT = 60.0  # seconds for one attempt, discord.py's own waiting for rate limits included
_UPLOADING = 300.0  # seconds for one attempt with files
_LONGEST_LIMIT = 60.0  # seconds; after a longer 429 the delivery is tried again as a whole
_TOO_MANY = 429
_UNCOUNTED = ("/webhooks/", "/interactions/")  # the limit over all requests leaves these out


class Rest:
    """Logged in at first use, so that answers go out before the gateway stands and after it."""

    def __init__(self, token: str, per_second: int = 45) -> None:
        self._token = token
        self._http: HTTPClient | None = None
        self._opening = asyncio.Lock()
        self._window = Window(per_second)
        self.threads = Locks()  # by channel
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

    async def call(
        self,
        method: str,
        path: str,
        *,
        files: Sequence[Upload] = (),
        once: bool = False,
        **request: Any,
    ) -> Any:
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
                return await self._attempt(http, route, body, files)
            except (OSError, aiohttp.ClientError) as error:  # a TimeoutError is an OSError
                log.info("%s %s: %r, trying again", method, path, error)
                await asyncio.sleep(pause)
            except discord.HTTPException as error:
                wait = _retry_after(error)
                if error.status != _TOO_MANY or error.code == OLD_EDITS or wait > _LONGEST_LIMIT:
                    raise
                log.warning("%s %s: 429, trying again in %s s", method, path, wait)
                await asyncio.sleep(max(wait, pause))
        return await self._attempt(http, route, body, files)

    async def _attempt(
        self, http: HTTPClient, route: Route, body: dict[str, Any], files: Sequence[Upload]
    ) -> Any:
        if not route.path.startswith(_UNCOUNTED):
            await self._window.turn()
        if not files:
            async with asyncio.timeout(_TIMEOUT):
                return await http.request(route, **body)
        params = {key: value for key, value in body.items() if key != "json"}
        async with asyncio.timeout(_UPLOADING), opened(files) as natives:
            payload = {"name": "payload_json", "value": json.dumps(body["json"])}
            form: list[dict[str, Any]] = [payload]
            form += [
                {"name": f"files[{number}]", "value": native.fp, "filename": upload.name,
                 "content_type": upload.media_type}
                for number, (upload, native) in enumerate(zip(files, natives, strict=True))
            ]  # fmt: skip
            return await http.request(route, form=form, files=natives, **params)


def refused_token(error: Exception) -> WrongSetting:
    return WrongSetting(
        "Discord refuses DISCORD_TOKEN: copy the bot's token again from its developer portal",
        str(error),
    )


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", 1))
    except ValueError:
        return 1.0
