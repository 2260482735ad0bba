"""A report whole: words, chart and CSV."""

import asyncio
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from bot.events import Value
from bot.parts import File, Image, Part
from bot.reports.figures import Figures, figures
from bot.reports.naming import Names
from bot.reports.periods import Period, chosen
from bot.reports.table import MOST, table
from bot.services import Services
from bot.storage.reports import Sums


class Making:
    """`now`: seconds since 1970."""

    def __init__(self, services: Services, now: Callable[[], float]) -> None:
        self._reports = services.reports
        self._people = services.people
        self._names = Names(services.people, services.adapters)
        self._now = now
        self.zone = ZoneInfo(services.settings.timezone)

    def period(self, values: Mapping[str, Value]) -> Period:
        """Raises Refused."""
        return chosen(values, self._now(), self.zone)

    async def figures(self, workspace: str, period: Period) -> Figures:
        return await figures(self._reports, self._names, workspace, period)

    async def sum(self, workspace: str, period: Period) -> Sums:
        return await self._reports.sum(workspace, period.span)

    async def chart(self, figures: Figures) -> Part:
        def drawn() -> Part:
            from bot.reports.chart import chart, described  # noqa: PLC0415  matplotlib takes 0.5 s

            name = f"usage-{figures.period.first}-{figures.period.last}.png"
            return Image(name, chart(figures), described(figures), key="chart")

        return await asyncio.to_thread(drawn)

    async def table(self, workspace: str, period: Period) -> Part:
        lines = await self._reports.lines(workspace, period.span, MOST)
        authors = list({line.author: None for line in lines})
        people = await self._people.names(authors)
        channels = await self._names.of("channel", list({line.channel: None for line in lines}))
        name, content = await asyncio.to_thread(table, lines, period, people, channels)
        return File(name, content, key="table")
