"""Who may speak to what browsers open, the page and the admin pages: the right host, the right
origin, and headers that keep what a model wrote from doing anything.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Collection
from typing import TypeAlias

from aiohttp import web
from yarl import URL

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADERS = {
    # No inline script or style, no foreign picture, font or connection; DOMPurify's policy is the
    # only one that may turn text into HTML.
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'; require-trusted-types-for 'script'; trusted-types dompurify"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer the login form's Origin is "null"
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # asked for anew each time, answered by 304 where nothing changed
}


class Door:
    """`names` are the host names under which the page is reached, beside localhost."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = {"localhost", *(name.lower() for name in names)}

    def guarded(self, handler: Handler) -> Handler:
        async def guard(request: web.Request) -> web.StreamResponse:
            if sentence := self._objection(request):
                return web.Response(status=403, text=sentence, headers=_HEADERS)
            response = await handler(request)
            if not response.prepared:
                response.headers.update(_HEADERS | dict(response.headers))
            return response

        return guard

    def _objection(self, request: web.Request) -> str:
        if not self._ours(request.host):
            return (
                "This page answers under localhost or an IP address only. To reach it under "
                "another name, set PARLEY_PAGE_HOSTS to that name."
            )
        if not _acts(request):
            return ""
        origin = request.headers.get("Origin", "")
        if origin.removeprefix("https://").removeprefix("http://") != request.host:
            return f"Only this page itself may do that, and this came from “{origin[:100]}”."
        return ""

    def _ours(self, host: str) -> bool:
        """An attacker's own name that resolves to us (DNS rebinding) is not ours; an IP address
        cannot be rebound.
        """
        try:
            name = (URL(f"http://{host}").host or "").lower()
        except ValueError:
            return False
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _acts(request: web.Request) -> bool:
    """Whether more than reading is asked for; a browser names the origin of all such requests."""
    upgrade = request.headers.get("Upgrade", "").lower()
    return request.method not in {"GET", "HEAD"} or upgrade == "websocket"
