"""What every turn passes before its handler, outermost first: explain, access, throttle,
allowance, noting.
"""

from collections.abc import Callable, Collection

from bot.commands import Commands, Handler
from bot.layers.access import access
from bot.layers.allowance import Allowance
from bot.layers.explain import explain
from bot.layers.suggest import Suggester
from bot.layers.throttle import Throttle

__all__ = ["Allowance", "Layers", "Suggester", "Throttle"]


class Layers:
    def __init__(
        self,
        commands: Commands,
        admins: Collection[str],
        throttle: Throttle,
        *,
        allowance: Callable[[Handler], Handler] = lambda handler: handler,
        noting: Callable[[Handler], Handler] = lambda handler: handler,
    ) -> None:
        self._commands = commands
        self._admins = admins
        self._throttle = throttle
        self._allowance = allowance
        self._noting = noting

    def __call__(self, handler: Handler) -> Handler:
        watched = self._throttle(self._allowance(self._noting(handler)))
        return explain(access(self._commands, self._admins, watched))
