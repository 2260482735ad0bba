"""What every turn passes before its handler, outermost first: explain, access, throttle,
moderation.
"""

from collections.abc import Collection

from bot.commands import Commands, Handler
from bot.layers.access import access
from bot.layers.explain import explain
from bot.layers.moderation import Moderation
from bot.layers.suggest import Suggester
from bot.layers.throttle import Throttle

__all__ = ["Layers", "Moderation", "Suggester", "Throttle"]


class Layers:
    def __init__(
        self,
        commands: Commands,
        admins: Collection[str],
        throttle: Throttle,
        moderation: Moderation | None = None,
    ) -> None:
        self._commands = commands
        self._admins = admins
        self._throttle = throttle
        self._moderation = moderation

    def __call__(self, handler: Handler) -> Handler:
        inner = self._moderation(handler) if self._moderation else handler
        return explain(access(self._commands, self._admins, self._throttle(inner)))
