"""Files that people sent: Discord keeps them, and an address of one is good for a day."""

import logging
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
import msgspec

from adapters.discord.rest import Rest
from adapters.markup import clean
from bot.errors import Refused
from bot.events import Attachment

log = logging.getLogger(__name__)

_HOSTS = {"cdn.discordapp.com", "media.discordapp.net"}
_EXPIRED = {403, 404}
_CHUNK = 1 << 16  # bytes
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)  # seconds
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


class Reference(msgspec.Struct, frozen=True, array_like=True):
    """Where a file is, and where to ask for its newer address."""

    url: str
    id: str
    channel: str = ""
    message: str = ""  # "": it came with a command, and has this address only


def attachment(native: Mapping[str, Any], channel: str = "", message: str = "") -> Attachment:
    """Of Discord's JSON."""
    reference = Reference(native["url"], str(native["id"]), channel, message)
    return Attachment(
        reference=msgspec.json.encode(reference).decode(),
        name=clean(native["filename"]),
        media_type=native.get("content_type") or "",
        size=native.get("size") or 0,
        spoken=bool(native.get("waveform")),  # nothing else has one
        seconds=native.get("duration_secs") or 0.0,
    )


def attachments(native: discord.Message) -> tuple[Attachment, ...]:
    """Those that it only passes on among them."""
    passed_on = (file for said in native.message_snapshots for file in said.attachments)
    where = str(native.channel.id), str(native.id)
    return tuple(
        attachment(
            {**file.to_dict(), "duration_secs": file.duration, "waveform": file.waveform}, *where
        )
        for file in (*native.attachments, *passed_on)
    )


class Files:
    def __init__(self, rest: Rest, api: str) -> None:
        self._rest = rest
        self._api = urlsplit(api)
        self._session: aiohttp.ClientSession | None = None

    async def open(self, file: Attachment) -> AsyncGenerator[bytes, None]:
        try:
            async with await self._found(file) as response:
                async for chunk in response.content.iter_chunked(_CHUNK):
                    yield chunk
        except (OSError, aiohttp.ClientError) as error:  # a TimeoutError is an OSError
            raise _undelivered(file, error) from error

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def _found(self, file: Attachment) -> aiohttp.ClientResponse:
        where = msgspec.json.decode(file.reference, type=Reference)
        response = await self._get(file, where.url)
        if response.status in _EXPIRED:
            response.release()
            response = await self._get(file, await self._fresh(file, where))
        if response.status != HTTPStatus.OK:
            response.release()
            raise _gone(file) if response.status in _EXPIRED else _undelivered(file, response)
        return response

    async def _get(self, file: Attachment, url: str) -> aiohttp.ClientResponse:
        """Of Discord only: where the address came from, a person may have had a hand in it."""
        if not self._discords(url):
            raise Refused(f"“{file.name}” is not on Discord.", f"the file is at {url[:200]!r}")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return await self._session.get(url, allow_redirects=False)

    def _discords(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        public = parts.scheme == "https" and parts.netloc in _HOSTS
        return public or (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc)

    async def _fresh(self, file: Attachment, where: Reference) -> str:
        """The newest address, from the message that has the file."""
        found: list[str] = []
        if where.message:
            message = await self._message(file, where)
            found = [a["url"] for a in message["attachments"] if a["id"] == where.id]
        if not found:
            raise _gone(file)
        return found[0]

    async def _message(self, file: Attachment, where: Reference) -> Any:
        request: dict[str, Any] = {"channel_id": where.channel, "message_id": where.message}
        try:
            return await self._rest.call("GET", _MESSAGE, **request)
        except discord.NotFound:
            raise _gone(file) from None
        except discord.Forbidden as error:
            raise Refused(
                f"Parley may not look for “{file.name}” again: give it the permissions View "
                "Channels and Read Message History here, or send the file again.",
                str(error),
            ) from error
        except discord.HTTPException as error:
            raise _undelivered(file, error) from error


def _gone(file: Attachment) -> Refused:
    return Refused(f"“{file.name}” is no longer on Discord. Please send it again.")


def _undelivered(file: Attachment, cause: object) -> Refused:
    return Refused(f"Discord did not deliver “{file.name}”. Please try again.", repr(cause))
