"""How a provider stands with this process, for people to look at: nothing here changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

State: TypeAlias = Literal["closed", "half open", "open"]


class BreakerStanding(NamedTuple):
    capability: str
    state: State  # closed: all go through
    failures: int  # in a row
    seconds: float  # until one may try again


class Level(NamedTuple):
    """What is left of a limit."""

    kind: str  # requests, tokens, images
    seconds: float  # of the operator's window; 0: it is the server's own, which fills up evenly
    left: int
    limit: int


class PaceStanding(NamedTuple):
    model: str  # "": calls that name none
    levels: Sequence[Level]
    waiting: int  # calls
    closed: float  # seconds for which the server wants nothing


@dataclass(frozen=True)
class Standing:
    address: str
    breakers: Sequence[BreakerStanding]
    paces: Sequence[PaceStanding]
