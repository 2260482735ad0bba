"""All at a glance: whether it works, what it costs, what is going on."""

import time
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from aiohttp import web

from bot import __version__
from bot.admin.elements import Content, element
from bot.admin.page import HOME, section, sign, table, tiles
from bot.http.health import Health, looked
from bot.jobs.cards import lasting
from bot.reports.figures import money
from bot.reports.words import calls
from bot.services import Services
from bot.spending import windows
from bot.storage.balances import Window
from bot.storage.reports import Sums
from bot.storage.store import Storage


class Overview:
    """`now`: seconds since 1970."""

    def __init__(
        self, services: Services, storage: Storage, health: Health,
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._services = services
        self._storage = storage
        self._health = health
        self._now = now
        self._began = now()

    async def show(self, _request: web.Request) -> Content:
        checks = await looked(self._health)
        return (
            tiles(*await self._facts()),
            section("Health", _health(checks), note=self._lasted()),
            section("Who answers", self._models()),
        )

    async def _facts(self) -> tuple[tuple[str, Content, str], ...]:
        today, month = await self._spent("day"), await self._spent("month")
        numbers = await self._storage.under_way.numbers()
        cases = await self._storage.cases.number()
        jobs = len(await self._services.jobs.under_way())
        work = element("a", f"{numbers.turns:,}", href=f"{HOME}/work")
        queue = element("a", f"{cases:,}", href=f"{HOME}/moderation")
        return (
            ("Spent today", money(today), calls(today.calls)),
            ("Spent this month", money(month), calls(month.calls)),
            ("Answers under way", work, calls(numbers.calls)),
            ("Jobs under way", element("a", f"{jobs:,}", href=f"{HOME}/work"), ""),
            ("Cases to decide", queue, ""),
        )

    async def _spent(self, window: Window) -> Sums:
        """By all workspaces."""
        zone = ZoneInfo(self._services.settings.timezone)
        start = windows.start(window, self._now(), zone)
        return await self._services.reports.of_all(window, start)

    def _models(self) -> Content:
        hosts = {
            name: standings[0].address
            for names, standings in self._services.providers.standings() for name in names
        }  # fmt: skip
        rows = [(name, self._services.models[name], host) for name, host in hosts.items()]
        return table(("Capability", "Model", "Server"), rows, "")

    def _lasted(self) -> str:
        path = self._services.settings.database_path.name
        since = lasting(max(1.0, self._now() - self._began))
        return f"Parley {__version__} has run for {since}, on the database {path}."


def _health(checks: Mapping[str, str]) -> Content:
    rows = [
        (name, sign("good" if state == "ok" else "bad", state)) for name, state in checks.items()
    ]
    return table(("What", "State"), rows, "")
