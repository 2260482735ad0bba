"""What every turn passes before its handler, outermost first: explain, access, throttle, noting."""

from collections.abc import Collection

from bot.commands import Commands, Handler
from bot.layers.access import access
from bot.layers.explain import explain
from bot.layers.noting import noting
from bot.layers.suggest import Suggester
from bot.layers.throttle import Throttle
from bot.storage.receipts import Receipts

__all__ = ["Layers", "Suggester", "Throttle"]


class Layers:
    def __init__(
        self,
        commands: Commands,
        admins: Collection[str],
        throttle: Throttle,
        receipts: Receipts | None = None,
    ) -> None:
        self._commands = commands
        self._admins = admins
        self._throttle = throttle
        self._receipts = receipts

    def __call__(self, handler: Handler) -> Handler:
        if self._receipts:
            handler = noting(self._receipts, handler)
        return explain(access(self._commands, self._admins, self._throttle(handler)))
