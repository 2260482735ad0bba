"""`python -m bot manifest <platform>`: what to tell a platform about Parley, made from the code."""

import importlib
import importlib.util
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import app
from bot.commands import Commands
from bot.discovery import platforms, set_up_handlers
from bot.settings import Settings, WrongSetting, load
from bot.storage.store import open_storage


async def show(platform: str, settings: Settings) -> None:
    """Print it. Raises WrongSetting where the platform wants none."""
    kinds = {name: kind for name, kind in platforms() if _has_manifest(name)}
    if platform not in kinds:
        raise WrongSetting(f"There is a manifest for {' and '.join(kinds)}; not for {platform}.")
    module = importlib.import_module(f"adapters.{platform}.manifest")
    print(module.manifest(load(kinds[platform]), await commands(settings)))  # noqa: T201  a command line speaks


async def commands(settings: Settings) -> Commands:
    """What can be asked, without a start: nothing is connected, and nothing is kept."""
    with TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            storage = await open_storage(Path(folder) / "parley.db")
            stack.push_async_callback(storage.close)
            services = app.compose(stack, settings, storage)
            set_up_handlers(services)
            return services.commands


def _has_manifest(platform: str) -> bool:
    return importlib.util.find_spec(f"adapters.{platform}.manifest") is not None
