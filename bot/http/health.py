"""What `/healthz` says: the process answers, and what of it works."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web

log = logging.getLogger(__name__)

Health: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]
"""What is looked at -> "ok", or a sentence that says what is wrong."""


_PATIENCE = 5.0  # seconds; a check that hangs has failed


def healthz(health: Health) -> Callable[[web.Request], Awaitable[web.Response]]:
    """200 while all is ok, 503 otherwise: `{"status": "ok", "checks": {"database": "ok"}}`."""

    async def handler(_request: web.Request) -> web.Response:
        checks = await looked(health)
        well = all(state == "ok" for state in checks.values())
        body = {"status": "ok" if well else "failing", "checks": checks}
        return web.json_response(body, status=200 if well else 503)

    return handler


async def looked(health: Health) -> Mapping[str, str]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return dict(await health())
    except Exception as error:  # whatever is broken, the answer is that it is
        log.exception("the health check failed")
        return {"parley": f"the check failed: {type(error).__name__}"}
