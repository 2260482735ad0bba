"""Pictures at addresses, for an hour."""

import time
from collections import OrderedDict

from aiohttp import web

from sandbox.call import Call
from sandbox.errors import APIError
from sandbox.ids import new

HOUR = 3600.0
KEPT = 100

Shelf = OrderedDict[str, tuple[float, bytes, str]]  # until when, the content, its type
SHELF: web.AppKey[Shelf] = web.AppKey("shelf", OrderedDict)


def shelved(call: Call, content: bytes, kind: str) -> str:
    """Its address."""
    name = f"{new('img-', 32)}.{kind}"
    shelf = call.app[SHELF]
    shelf[name] = (time.monotonic() + HOUR, content, f"image/{kind}")
    if len(shelf) > KEPT:
        shelf.popitem(last=False)
    return f"{call.host}/sandbox/images/{name}"


async def fetch(http: web.Request) -> web.Response:
    until, content, kind = http.app[SHELF].get(http.match_info["name"], (0.0, b"", ""))
    if until < time.monotonic():
        raise APIError(404, "This picture is not here any more; addresses hold for an hour.")
    return web.Response(body=content, content_type=kind)
