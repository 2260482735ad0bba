"""Keeping the adapters connected, and saying how they are."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.commands import Commands, Suggest
from bot.errors import ParleyError
from bot.ports import Accept, Adapter
from bot.settings import WrongSetting

log = logging.getLogger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds before an adapter is started again
STEADY = 120.0  # seconds after which a lost connection counts as the first one


class Supervision:
    def __init__(self) -> None:
        self.state: dict[str, str] = {}  # adapter -> "ok", or a sentence
        self._kept: dict[str, Adapter] = {}

    @property
    def health(self) -> dict[str, str]:
        """The state, as each adapter that runs sees it itself."""
        return {
            name: self._kept[name].health if state == "ok" else state
            for name, state in self.state.items()
        }

    async def keep(
        self, adapter: Adapter, accept: Accept, suggest: Suggest, commands: Commands
    ) -> None:
        """Run the adapter until cancelled. Only an operator mends a WrongSetting: that ends it."""
        failures = 0
        self._kept[adapter.name] = adapter
        while True:
            self.state[adapter.name] = "ok"
            began = time.monotonic()
            try:
                await adapter.run(accept, suggest, commands)
                reason = "the connection ended"
            except WrongSetting as error:
                self.state[adapter.name] = error.sentence
                return log.error("%s stops: %s", adapter.name, error.sentence)
            except OSError as error:
                log.warning("%s cannot be reached: %s", adapter.name, error)
                reason = "it cannot be reached"
            except Exception as error:
                log.exception("%s failed", adapter.name)
                reason = error.sentence if isinstance(error, ParleyError) else type(error).__name__
            failures = 0 if time.monotonic() - began > STEADY else failures
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            self.state[adapter.name] = f"Starting again in {pause:.0f} s: {reason.rstrip('.')}."
            await asyncio.sleep(pause)


async def repeat(work: Callable[[], Awaitable[object]], pause: float) -> None:
    """Until cancelled, every `pause` seconds."""
    while True:
        await asyncio.sleep(pause)
        try:
            await work()
        except ParleyError:
            log.exception("housekeeping failed; again in %s s", pause)
