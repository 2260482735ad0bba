"""Files come by POST and go by GET. Nothing that a browser would run is ever shown in place."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import msgspec
from aiohttp import web

from adapters.page import kinds, media
from adapters.page.channels import shared
from adapters.page.login import Identity
from adapters.page.shelf import NEW, Shelf
from adapters.page.wire import Attached
from bot.errors import Refused

log = logging.getLogger(__name__)

LARGEST = 1_000_000_000  # bytes of one file, as on Slack: hours of sound

_CHUNK = 256 * 1024  # bytes
_LOOKED_AT = 25_000_000  # bytes that may be in memory
_SHOWN = re.compile(r"image/(?:png|jpeg|gif|webp)|audio/.*|video/.*")
_PRIVATE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


class Uploads:
    def __init__(self, identity: Identity, shelf: Shelf) -> None:
        self._identity, self._shelf = identity, shelf

    async def take(self, request: web.Request) -> web.Response:
        """POST /media/{person}?name=…: the file as it is. Answers with its Medium."""
        person, name = request.match_info["person"], request.query.get("name", "")[:255]
        if not await self._is(person, request):
            return web.Response(status=HTTPStatus.FORBIDDEN, text="Log in first.")
        try:
            file = await self._shelf.take(person, _limited(request, name))
        except Refused as refusal:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=refusal.sentence)
        except ConnectionError:
            raise  # nobody is there to be told
        except OSError:
            log.exception("an upload cannot be written down")
            sentence = f"Parley cannot keep “{name}” now: its disk may be full."
            return web.Response(status=HTTPStatus.INSUFFICIENT_STORAGE, text=sentence)
        (medium,) = await media.offered(self._shelf, person, person, NEW, [Attached(file, name)])
        return web.Response(body=msgspec.json.encode(medium), content_type="application/json")

    async def give(self, request: web.Request) -> web.StreamResponse:
        """GET /media/{home}/{post}/{file}/{name}"""
        home, post, file, name = request.match_info.values()
        try:
            if not await self._may_see(home, request):
                raise FileNotFoundError  # nor is it told to others that it is there
            kind, path, moving = await asyncio.to_thread(self._look, home, post, file)
        except FileNotFoundError:
            return web.Response(status=HTTPStatus.NOT_FOUND, text="No such file.")
        shown = _SHOWN.fullmatch(kind)
        headers = {
            "Content-Type": kind if shown else kinds.UNKNOWN,
            "Content-Disposition": disposition("inline" if shown else "attachment", name),
        }
        if moving is not None:
            return web.Response(body=moving, headers=_PRIVATE | headers)
        return web.FileResponse(path, headers=_PRIVATE | headers)

    async def _is(self, person: str, request: web.Request) -> bool:
        return await self._identity.who(request, person) == person

    async def _may_see(self, home: str, request: web.Request) -> bool:
        who = await self._identity.who(request, home)
        return bool(who) if shared(home) else who == home

    def _look(self, home: str, post: str, file: str) -> tuple[str, Path, bytes | None]:
        """Its kind and its path; and all of it, where it is new and may be moved from there while
        it is sent. What is too large for that is not kept in memory.
        """
        with self._shelf.open(home, home, post, file) as content:
            kind, path = kinds.kind(content), Path(content.name)
            content.seek(0)
            small = os.fstat(content.fileno()).st_size <= _LOOKED_AT
            return kind, path, content.read() if small and path.parent.name == NEW else None


def disposition(way: str, name: str) -> str:
    """A header by which a browser saves a file under its name (RFC 6266), whatever that is."""
    return f"{way}; filename*=UTF-8''{quote(name, safe='')}"


async def _limited(request: web.Request, name: str) -> AsyncGenerator[bytes, None]:
    """What is uploaded. Raises Refused as soon as it is, or says that it will be, too much."""
    _check(request.content_length or 0, name)
    size = 0
    async for chunk in request.content.iter_chunked(_CHUNK):
        size += len(chunk)
        _check(size, name)
        yield chunk
    if not size:
        raise Refused(f"“{name}” is empty.")


def _check(size: int, name: str) -> None:
    if size > LARGEST:
        raise Refused(f"“{name}” is larger than {LARGEST // 1_000_000} MB, the most that is taken.")
