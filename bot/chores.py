"""Work that nobody asks for, again and again: watching, reporting, forgetting."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import ParleyError
from bot.storage.duties import Duties

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """A handler file's `setup` yields it beside its commands. Of the processes that share a
    database, one does it at a time.
    """

    name: str
    work: Callable[[], Awaitable[object]]
    pause: float  # seconds between two times


async def keep_doing(chores: Sequence[Chore], duties: Duties) -> None:
    """All of them, until cancelled; one that fails is tried again at its next time."""
    async with asyncio.TaskGroup() as group:
        for chore in chores:
            group.create_task(_keep_doing(chore, duties), name=f"chore {chore.name}")
        await asyncio.Event().wait()  # where there are none: whoever ends here ends Parley


async def _keep_doing(chore: Chore, duties: Duties) -> None:
    while True:
        await asyncio.sleep(chore.pause)
        try:
            if await duties.mine(chore.name):
                await chore.work()
        except ParleyError as error:
            log.warning("%s failed, again in %s s: %s", chore.name, chore.pause, error)
        except Exception:
            log.exception("%s failed, again in %s s", chore.name, chore.pause)
