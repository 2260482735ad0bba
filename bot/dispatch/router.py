"""Which handler answers an event."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Commands, Handler, OnCrash, Trigger
from bot.errors import Refused
from bot.events import Deleted, Invocation, Message, Turn
from bot.parts import Reply, Withdraw
from bot.run import Run


@dataclass(frozen=True)
class Route:
    """`event` is as the handler gets it: a typed command has become an Invocation."""

    event: Turn
    handler: Handler
    private: bool = False
    on_crash: OnCrash = "rerun"
    apart: bool = False
    silent: bool = False  # nothing of it is shown


class Router:
    def __init__(self, commands: Commands, triggers: Sequence[Trigger]) -> None:
        self._commands = commands
        self._triggers = triggers

    def route(self, event: Turn) -> Route:
        """Never raises: what cannot be routed is routed to its own refusal."""
        try:
            if isinstance(event, Deleted):
                return Route(event, _withdraw)
            if isinstance(event, Invocation):
                return self._command(event)
            if event.addressed and (invocation := self._commands.typed(event)):
                return self._command(invocation)
            return self._message(event)
        except Refused as refusal:
            return Route(event, _refusing(refusal), private=True)

    def _message(self, event: Message) -> Route:
        for trigger in self._triggers:
            if trigger.matches(event):
                return Route(event, trigger.handler, on_crash=trigger.on_crash)
        raise Refused(
            "Parley does not know what to do with this message. `/help` says what it can."
        )

    def _command(self, event: Invocation) -> Route:
        command = self._commands.named(event.command)
        return Route(
            event, command.handler, command.private, command.on_crash, command.apart, command.silent
        )


def _refusing(refusal: Refused) -> Handler:
    async def refuse(_run: Run) -> Reply:
        raise refusal
        yield

    return refuse


async def _withdraw(_run: Run) -> Reply:
    yield Withdraw()
