"""Errors become sentences: people read what they can do, operators read the cause."""

import logging
from contextlib import aclosing

from bot.commands import Handler
from bot.errors import ParleyError
from bot.parts import Notice, Reply
from bot.run import Run

log = logging.getLogger(__name__)


def explain(handler: Handler) -> Handler:
    async def explained(run: Run) -> Reply:
        try:
            async with aclosing(handler(run)) as parts:
                async for part in parts:
                    yield part
        except ParleyError as error:
            log.info("%s: %s: %s", run.id, type(error).__name__, error)
            yield Notice(error.sentence)
        except Exception:
            log.exception("%s failed", run.id)
            yield Notice(
                "Something went wrong inside Parley, and its log says what. "
                f"Try again, or give an admin this reference: `{run.id}`."
            )

    return explained
