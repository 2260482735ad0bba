"""What Parley is made of is found, not listed: a file in handlers/, a folder in adapters/."""

import importlib
import pkgutil
from collections.abc import Iterator

import adapters
import handlers
from bot.chores import Chore
from bot.commands import Trigger
from bot.dispatch.router import Router
from bot.ports import Adapter, Ground
from bot.services import Services
from bot.settings import PlatformSettings, load


def set_up_handlers(services: Services) -> Router:
    """Fills `services.commands` and `services.chores`."""
    triggers: list[Trigger] = []
    for module in pkgutil.iter_modules(handlers.__path__):
        for found in importlib.import_module(f"handlers.{module.name}").setup(services):
            if isinstance(found, Trigger):
                triggers.append(found)
            elif isinstance(found, Chore):
                services.chores.append(found)
            else:
                services.commands[found.name] = found
    return Router(services.commands, triggers)


def platforms() -> Iterator[tuple[str, type[PlatformSettings]]]:
    """Each adapter's name and what can be set about it."""
    for module in pkgutil.iter_modules(adapters.__path__):
        if module.ispkg:
            yield module.name, importlib.import_module(f"adapters.{module.name}.settings").Settings


def connect_adapters(ground: Ground) -> dict[str, Adapter]:
    """Those that are configured. The library of a platform is imported only then. Raises
    WrongSetting.
    """
    return {
        name: importlib.import_module(f"adapters.{name}.connect").connect(settings, ground)
        for name, kind in platforms()
        if (settings := load(kind)).configured
    }
