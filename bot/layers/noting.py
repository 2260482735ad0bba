"""Who asked, and how long they waited: for reports with names, and for the receipt of an answer."""

import asyncio
import time
from contextlib import aclosing

from bot.commands import Handler
from bot.parts import RECEIPT, Buttons, Delta, File, Image, Part, Reply, Text, Voice
from bot.run import Run
from bot.services import Services


def noting(services: Services, handler: Handler) -> Handler:
    """A receipt is written before the button that asks for it is shown."""

    async def noted(run: Run) -> Reply:
        began, clock, first = _began(run), time.monotonic(), None
        # Begun before the handler comes to write, as that may be to forget them; but the first word
        # does not wait for it.
        meeting = asyncio.create_task(services.people.met(run.event.author))
        try:
            async with aclosing(handler(run)) as parts:
                async for part in parts:
                    if first is None and not run.shown and _tells(part):
                        first = time.monotonic() - clock
                    if isinstance(part, Buttons) and RECEIPT in part.buttons:
                        await services.receipts.keep(run, began, first)
                    yield part
        finally:
            await meeting

    return noted


def _began(run: Run) -> float:
    """An answer that a crash broke off has calls of before."""
    return time.time() if run.attempt == 1 else min(run.event.at, time.time())


def _tells(part: Part) -> bool:
    """There is something of the answer to read, see or hear."""
    if isinstance(part, Delta):
        return bool(part.text.strip())
    return isinstance(part, Text | Image | Voice | File)
