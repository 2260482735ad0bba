"""`python -m bot doctor`: what is set, what works, and what is missing, in sentences."""

import importlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import aiohttp
from aiohttp import web

from bot import manifest, provider_check
from bot.admin.gate import off_because
from bot.app import ground
from bot.commands import Commands
from bot.discovery import platforms
from bot.errors import ParleyError
from bot.moderating import check as moderating
from bot.openai import catalogue
from bot.ports import Finding, Ground
from bot.providers import chosen_model
from bot.settings import PlatformSettings, Settings, load
from bot.storage.problems import DatabaseProblem
from bot.storage.store import Storage, open_storage

SOUND, BROKEN = 0, 1  # exit status
Check: TypeAlias = Callable[[PlatformSettings, Ground, Commands], Awaitable[Sequence[Finding]]]


async def examine(settings: Settings) -> int:
    """Print a line a finding. 1 if something that is set does not work."""
    status = SOUND
    async with aclosing(_findings(settings)) as findings:
        async for what, finding in findings:
            print(f"{finding.mark:>2}  {what:<13} {finding.sentence}", flush=True)  # noqa: T201  a command line speaks
            status = BROKEN if finding.mark == "!!" else status
    return status


async def _findings(settings: Settings) -> AsyncGenerator[tuple[str, Finding], None]:
    yield "settings", Finding("Every value can be read.")
    for what, look in (
        ("database", _database),
        ("catalogue", _catalogue),
        ("budgets", _budgets),
        ("admins", _admins),
        ("admin-pages", _admin_pages),
    ):
        yield what, await _looked(look(settings))
    for name, finding in await provider_check.check(settings):
        yield name, finding
    yield "moderating", await moderating.check(settings)
    for name, kind in platforms():
        for finding in await _platform(name, kind, settings):
            yield name, finding


async def _looked(look: Awaitable[Finding]) -> Finding:
    try:
        return await look
    except ParleyError as error:
        return Finding(error.sentence, "!!")


async def _database(settings: Settings) -> Finding:
    await (await open_storage(settings.database_path)).close()
    return Finding(f"{settings.database_path} can be written and is up to date.")


async def _catalogue(settings: Settings) -> Finding:
    models = catalogue.load(settings.catalogue)
    model = models.model(chosen_model(settings, models, "chat"))
    if not model.prices:
        return Finding(f"No price is known for {model.id}; it is booked as unknown.", "--")
    retires = f"; it retires on {model.retires}" if model.retires else ""
    return Finding(f"{model.id}: {model.context:,} tokens, price known{retires}.")


async def _budgets(settings: Settings) -> Finding:
    names = ("person_day", "person_month", "workspace_day", "workspace_month")
    amounts = {name: getattr(settings, f"budget_{name}") for name in names}
    held = [f"{n.replace('_', ' a ')} ${a}" for n, a in amounts.items() if a is not None]
    if held:
        return Finding(f"{', '.join(held)}, in {settings.timezone}.")
    return Finding("None set: spending has no limit. See PARLEY_BUDGET_PERSON_DAY.", "--")


async def _admins(settings: Settings) -> Finding:
    if settings.admins:
        return Finding(f"{', '.join(settings.admins)}.")
    return Finding("None set: nobody may use admin commands. See PARLEY_ADMINS.", "--")


async def _admin_pages(settings: Settings) -> Finding:
    if sentence := off_because(settings):
        return Finding(sentence, "--")
    asked = "the password is asked for" if settings.admin_password else "open, as nothing costs"
    return Finding(f"At /admin: {asked}.")


async def _platform(
    name: str, kind: type[PlatformSettings], settings: Settings
) -> Sequence[Finding]:
    try:
        if not load(kind).configured:
            return [Finding(load(kind).wanting, "--")]
        return await _connected(name, load(kind), settings)
    except ParleyError as error:
        return [Finding(error.sentence, "!!")]
    except (OSError, aiohttp.ClientError) as error:
        return [Finding(f"{name.title()} cannot be reached: {error}", "!!")]


async def _connected(
    name: str, platform: PlatformSettings, settings: Settings
) -> Sequence[Finding]:
    check: Check = importlib.import_module(f"adapters.{name}.connect").check
    async with AsyncExitStack() as stack:
        there = ground(settings, await _storage(stack, settings), web.Application(), "")
        return await check(platform, there, await manifest.commands(settings))


async def _storage(stack: AsyncExitStack, settings: Settings) -> Storage:
    """What platforms keep; nothing, where the database has a finding of its own."""
    try:
        storage = await open_storage(settings.database_path)
    except DatabaseProblem:
        folder = stack.enter_context(TemporaryDirectory())
        storage = await open_storage(Path(folder) / "parley.db")
    stack.push_async_callback(storage.close)
    return storage
