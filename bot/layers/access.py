"""Who may do what, checked when acting: on every path, not in the menu."""

from collections.abc import Collection
from contextlib import aclosing

import msgspec

from bot.commands import Command, Commands, Handler
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Reply
from bot.run import Run


def access(commands: Commands, admins: Collection[str], handler: Handler) -> Handler:
    async def allowed(run: Run) -> Reply:
        if isinstance(run.event, Invocation):
            command = commands.named(run.event.command)
            _check(command, run.event, admins)
            run.event = msgspec.structs.replace(run.event, values=command.check(run.event.values))
        async with aclosing(handler(run)) as parts:
            async for part in parts:
                yield part

    return allowed


def _check(command: Command, event: Invocation, admins: Collection[str]) -> None:
    if command.access == "parley" and event.by != "parley":
        raise Refused(f"`/{command.name}` is for Parley alone.")
    if command.access == "admin" and event.author.id not in admins:
        raise Refused(f"`/{command.name}` is for admins. Ask one of them to do it for you.")
