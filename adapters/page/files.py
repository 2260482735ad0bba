"""The page's files, as they lie in static/."""

from http import HTTPStatus
from pathlib import Path

from aiohttp import web

_STATIC = Path(__file__).parent / "static"
_FILES = {str(path.relative_to(_STATIC)): path for path in _STATIC.rglob("*.*") if path.is_file()}


async def static(request: web.Request) -> web.StreamResponse:
    path = _FILES.get(request.match_info["file"])
    return web.FileResponse(path) if path else web.Response(status=404, text="No such file.")


def page(name: str, status: HTTPStatus = HTTPStatus.OK, *, sentence: str = "") -> web.Response:
    """`sentence` is HTML."""
    text = _FILES[name].read_text(encoding="utf-8").replace("{sentence}", sentence)
    return web.Response(status=status, text=text, content_type="text/html")
