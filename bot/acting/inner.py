"""The layers that a tool passes inside the turn that calls it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands import Handler


@dataclass
class Inner:
    """`layers`: once they are there. Until then there are no tools."""

    layers: Callable[[Handler], Handler] | None = None
