"""The admin pages' routes on the one web server."""

import time
from collections.abc import Callable

from aiohttp import web

from bot.admin.deciding import Deciding
from bot.admin.gate import Gate, off, off_because
from bot.admin.limits import Limits
from bot.admin.overview import Overview
from bot.admin.page import HOME, LOG_OUT, STATIC
from bot.admin.queue import Queue
from bot.admin.spending import Spending
from bot.admin.work import Work
from bot.http.door import Door
from bot.http.health import Health
from bot.http.sessions import see_other
from bot.ports import Accept
from bot.reports.naming import Names
from bot.services import Services
from bot.storage.store import Storage

_FILES = {"admin.css": "text/css", "favicon.svg": "image/svg+xml"}


def mount(  # noqa: PLR0913  they look at all of it
    http: web.Application, services: Services, storage: Storage, accept: Accept, health: Health,
    *, now: Callable[[], float] = time.time,
) -> None:  # fmt: skip
    settings, add = services.settings, http.router.add_route
    door = Door(settings.page_hosts)
    password = settings.admin_password.get_secret_value() if settings.admin_password else None
    add("GET", f"{HOME}/static/{{file}}", door.guarded(_static))
    if off_because(settings):
        add("*", f"{HOME}{{rest:(/.*)?}}", door.guarded(off))
        return
    gate, names = Gate(door, storage.state, password), Names(services.people, services.adapters)
    deciding = Deciding(services, storage.cases, accept, gate.author)
    shown = {
        HOME: Overview(services, storage, health, now).show,
        f"{HOME}/spending": Spending(services, now).show,
        f"{HOME}/work": Work(services, storage.under_way, names, now).show,
        f"{HOME}/moderation": Queue(storage.cases, names).show,
        f"{HOME}/limits": Limits(services.providers).show,
    }
    add("GET", f"{HOME}/", gate.does(_home))
    for path, show in shown.items():
        add("GET", path, gate.shows(path, show))
    add("GET", f"{HOME}/moderation/message/{{case}}", gate.does(deciding.open))
    add("POST", f"{HOME}/moderation/decide", gate.does(deciding.decide))
    add("GET", f"{HOME}/login", door.guarded(gate.ask))
    add("POST", f"{HOME}/login", door.guarded(gate.take))
    add("POST", LOG_OUT, gate.does(gate.leave))


async def _home(_request: web.Request) -> web.Response:
    return see_other(HOME)


async def _static(request: web.Request) -> web.StreamResponse:
    if (kind := _FILES.get(name := request.match_info["file"])) is None:
        return web.Response(status=404, text="No such file.")
    return web.FileResponse(STATIC / name, headers={"Content-Type": kind})
