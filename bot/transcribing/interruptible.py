"""What is left of an answer that is ended before it has a word to keep."""

import asyncio
from contextlib import aclosing

from bot.commands import Handler
from bot.parts import Remove, Reply, Text
from bot.run import Run


def interruptible(handler: Handler) -> Handler:
    """Stopped before there is a word, it says so. Where the process ends, what it showed is taken
    away: then the next process goes on where this one was.
    """

    async def reply(run: Run) -> Reply:
        keys: set[str] = set()
        try:
            async with aclosing(handler(run)) as parts:
                async for part in parts:
                    keys.add(part.key)
                    yield part
        except asyncio.CancelledError:
            if run.stopped not in {"person", "shutdown"}:
                raise
            for key in sorted(keys):
                yield Remove(key)
            if run.stopped == "shutdown":
                raise
            yield Text("_Stopped._")

    return reply
