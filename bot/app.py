"""The composition root: the one module that knows all rooms. Settings become services, services
become handlers and adapters; they run until the process is told to leave.
"""

import asyncio
import gc
import logging
import os
import signal
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web

from bot import twin
from bot.admin.gate import off_because
from bot.admin.mount import mount as mount_admin
from bot.chores import keep_doing
from bot.commands import Commands
from bot.conversation.where import Wheres
from bot.discovery import connect_adapters, platforms, set_up_handlers
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.turns import Turns
from bot.http.server import Server
from bot.layers import Allowance, Layers, Moderation, Suggester, Throttle
from bot.layers.belonging import belonging
from bot.layers.noting import noting
from bot.moderating.collector import Collector
from bot.moderating.judge import Judge
from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.organization import Organization
from bot.openai.transport import Transport
from bot.ports import Adapter, Ground
from bot.provider_settings import CAPABILITIES
from bot.providers import Providers, check_dimensions
from bot.services import Services
from bot.settings import Settings, is_loopback, load
from bot.spending.alerts import Alerts
from bot.spending.bills import Bills
from bot.spending.budgets import Budgets
from bot.spending.door import OpenAI
from bot.spending.ledger import Ledger
from bot.storage.cache import MEGABYTE
from bot.storage.store import Storage, open_storage
from bot.supervision import Supervision, repeat

log = logging.getLogger(__name__)

PAGE_ADMINS = ("page:owner", "page:admin")  # who logged in; the sandbox's own identity
EVENT_IDS_KEPT = 7 * 86_400.0  # seconds; platforms deliver again within hours
WORKS_KEPT = 30 * 86_400.0  # seconds that the buttons of an answer know what it made
RECEIPTS_KEPT = 365 * 86_400.0  # seconds that the button under an answer tells what it cost
LEDGER_PAUSE = 60.0  # seconds between looks for reservations of dead processes
PRUNE_PAUSE = 3_600.0  # seconds


async def run(settings: Settings) -> None:
    """Until SIGTERM or Ctrl+C. Raises ParleyError where it cannot start."""
    leave = _leave_at_a_signal()
    async with AsyncExitStack() as stack:
        storage = await open_storage(settings.database_path, settings.cache_mb * MEGABYTE)
        stack.push_async_callback(storage.close)
        needed = any(map(settings.sandboxed, CAPABILITIES))
        sandbox = await stack.enter_async_context(twin.sandbox()) if needed else None
        services = compose(stack, settings, storage, sandbox)
        router = set_up_handlers(services)
        supervision = Supervision()
        health = partial(_health, storage, supervision)
        server = Server(settings.http_host, settings.http_port, health)
        adapters = services.adapters
        adapters |= connect_adapters(ground(settings, storage, server.app, services.chat_model))
        turns = Turns(storage, router, layers_of(services), adapters)
        dispatcher = Dispatcher(storage.inbox, turns)
        services.announce.accept = dispatcher.accept
        mount_admin(server.app, services, storage, dispatcher.accept, health)
        await server.start()
        stack.push_async_callback(server.stop)
        _say_where(server, adapters, settings)
        _calm()
        await services.ledger.recover()
        await _serve(leave, dispatcher, supervision, services, storage)


def _calm() -> None:
    """So that nobody is waited for: what is there by now lasts as long as the process, and looking
    through it for garbage stops everything for 20 to 50 ms; NumPy, which is imported when first
    used, is faster without threads of its own, and leaves the other processor to the loop.
    """
    gc.collect()
    gc.freeze()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def compose(
    stack: AsyncExitStack, settings: Settings, storage: Storage, sandbox: str | None = None
) -> Services:
    """The services over this storage; `stack` closes them. `sandbox`: where the twin listens."""
    models = catalogue.load(settings.catalogue)
    check_dimensions(settings, models)
    providers = Providers(settings, models, sandbox)
    stack.push_async_callback(providers.aclose)
    budgets = Budgets(settings)
    ledger = Ledger(storage.ledger, budgets, models)
    stack.push_async_callback(ledger.aclose)
    openai = OpenAI(
        API.at(providers.transport, models), Bills.of(models, settings), ledger, storage.cache
    )
    judge = Judge(openai, settings.moderation, providers.models)
    collector = Collector(judge)
    stack.push_async_callback(collector.aclose)
    return Services(
        settings=settings,
        admins=frozenset((*settings.admins, *PAGE_ADMINS)),
        sandboxed=settings.only_sandbox,
        providers=providers,
        models=providers.models,
        catalogue=models,
        openai=openai,
        ledger=ledger,
        budgets=budgets,
        budget_book=storage.budgets,
        people=storage.people,
        memory=storage.memory,
        summaries=storage.summaries,
        pins=storage.pins,
        personas=storage.personas,
        feedback=storage.feedback,
        preferences=storage.preferences,
        works=storage.works,
        forgetting=storage.forgetting,
        exporting=storage.exporting,
        receipts=storage.receipts,
        reports=storage.reports,
        weekly=storage.weekly,
        judge=judge,
        collector=collector,
        moderation=storage.moderation,
        jobs=storage.jobs,
        recall=storage.recall,
        commands=Commands(()),
        organization=_organization(stack, settings),
    )


def _organization(stack: AsyncExitStack, settings: Settings) -> Organization | None:
    if settings.openai_admin_key is None:
        return None
    transport = Transport(settings.openai_base_url, settings.openai_admin_key)
    stack.push_async_callback(transport.aclose)
    return Organization(transport)


def layers_of(services: Services) -> Layers:
    """What every turn passes."""
    settings, commands = services.settings, services.commands
    alerts = Alerts(services.preferences)
    layers = Layers(
        commands,
        services.admins,
        Throttle(settings.turns_per_minute),
        Allowance(services.ledger, services.budget_book, alerts, services.announce),
        partial(belonging, services.forgetting),
        partial(noting, services),
        Moderation(services.judge, settings.moderation, commands, services.adapters),
    )
    services.inner.layers = layers.inside
    return layers


def ground(settings: Settings, storage: Storage, http: web.Application, chat_model: str) -> Ground:
    return Ground(
        state=storage.state,
        http=http,
        loopback=is_loopback(settings.http_host),
        sandbox=settings.only_sandbox,
        chat_model=chat_model,
        folder=settings.files,
        where=Wheres(storage.preferences).of,
    )


def _say_where(server: Server, adapters: Mapping[str, Adapter], settings: Settings) -> None:
    landing = getattr(adapters.get("page"), "landing", "/healthz")
    print(f"Parley is at {server.address}{landing}", flush=True)  # noqa: T201  the one line people need
    log.info("database %s; on %s", settings.database_path, ", ".join(adapters) or "no platform")
    for name, kind in platforms():
        if name not in adapters:
            log.info("%s: %s", name, load(kind).wanting)
    log.info("%s", off_because(settings) or "the admin pages are at /admin")


async def _health(storage: Storage, supervision: Supervision) -> Mapping[str, str]:
    await storage.state.get("health")  # raises where the database is out of reach
    return {"database": "ok", **supervision.health}


async def _serve(
    leave: asyncio.Event,
    dispatcher: Dispatcher,
    supervision: Supervision,
    services: Services,
    storage: Storage,
) -> None:
    suggester = Suggester(services.commands, services.admins)
    adapters = services.adapters
    await dispatcher.take_over()
    receiving = [
        asyncio.create_task(
            supervision.keep(adapter, dispatcher.accept, suggester, services.commands)
        )
        for adapter in adapters.values()
    ]
    working = [
        asyncio.create_task(dispatcher.run()),
        asyncio.create_task(keep_doing(services.chores, storage.duties)),
        asyncio.create_task(repeat(services.ledger.recover, LEDGER_PAUSE)),
        asyncio.create_task(repeat(partial(_prune, storage), PRUNE_PAUSE)),
    ]
    try:
        await _told_to_leave(leave, working)
        log.info("leaving: answers under way get a few seconds")
    finally:
        await asyncio.gather(_cancelled(receiving), dispatcher.drain())
        await _cancelled(working)
        await asyncio.gather(*(adapter.close() for adapter in adapters.values()))


async def _prune(storage: Storage) -> None:
    await storage.inbox.prune(time.time() - EVENT_IDS_KEPT)
    await storage.works.prune(time.time() - WORKS_KEPT)
    await storage.receipts.prune(time.time() - RECEIPTS_KEPT)


def _leave_at_a_signal() -> asyncio.Event:
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    return leave


async def _told_to_leave(leave: asyncio.Event, working: list[asyncio.Task[None]]) -> None:
    """Returns at a signal; raises what ended the work that must not end."""
    waiting = asyncio.create_task(leave.wait())
    done, _ = await asyncio.wait([waiting, *working], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done:
        task.result()


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("ended by %r", result)
