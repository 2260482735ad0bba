"""`python -m bot usage`: what was used, by all workspaces."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

from bot import app
from bot.errors import Refused
from bot.reports.periods import chosen
from bot.reports.reconciling import NO_KEY, UTC, drifts, told
from bot.reports.table import MOST, written
from bot.settings import Settings
from bot.storage.store import open_storage


async def export(settings: Settings, days: Mapping[str, str]) -> str:
    """CSV. Raises ParleyError."""
    period = chosen(days, time.time(), ZoneInfo(settings.timezone))
    storage = await open_storage(settings.database_path)
    try:
        workspaces = await storage.reports.workspaces()
        lines = [
            line for workspace in workspaces
            for line in await storage.reports.lines(workspace, period.span, MOST)
        ]  # fmt: skip
        people = await storage.people.names(list({line.author: None for line in lines}))
        return written(lines, period, people, {})
    finally:
        await storage.close()


async def reconcile(settings: Settings, days: Mapping[str, str], project: str) -> str:
    """Raises ParleyError."""
    period = chosen(days, time.time(), UTC)
    async with AsyncExitStack() as stack:
        storage = await open_storage(settings.database_path)
        stack.push_async_callback(storage.close)
        services = app.compose(stack, settings, storage)
        if services.organization is None:
            raise Refused(NO_KEY)
        return told(await drifts(storage.reports, services.organization, period, project), period)
