"""What every turn passes before its handler, outermost first: explain, access, throttle, then what
has services of its own (app.layers_of).
"""

from collections.abc import Callable, Collection

from bot.commands import Commands, Handler
from bot.layers.access import access
from bot.layers.allowance import Allowance
from bot.layers.explain import explain
from bot.layers.moderation import Moderation
from bot.layers.suggest import Suggester
from bot.layers.throttle import Throttle

__all__ = ["Allowance", "Layers", "Moderation", "Suggester", "Throttle"]


class Layers:
    """`inner`: outermost first."""

    def __init__(
        self,
        commands: Commands,
        admins: Collection[str],
        throttle: Throttle,
        *inner: Callable[[Handler], Handler],
    ) -> None:
        self._commands = commands
        self._admins = admins
        self._layers: tuple[Callable[[Handler], Handler], ...] = (throttle, *inner)

    def __call__(self, handler: Handler) -> Handler:
        return explain(self.inside(handler))

    def inside(self, handler: Handler) -> Handler:
        """For what is done within a turn: who asked for it explains the errors."""
        for layer in reversed(self._layers):
            handler = layer(handler)
        return access(self._commands, self._admins, handler)
