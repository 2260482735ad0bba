from dataclasses import dataclass
from typing import Self

from bot.run import Run


@dataclass(frozen=True)
class Payer:
    """Who is charged for a call, and for which answer it is made."""

    author: str  # slack:T1:U2
    workspace: str  # slack:T1
    delivery: str
    channel: str = ""  # Place.channel_key, slack:T1:C3
    roles: tuple[str, ...] = ()  # of the author

    @classmethod
    def of(cls, run: Run) -> Self:
        """Who asked for this answer."""
        author, place = run.event.author, run.event.place
        return cls(author.id, place.payer, run.id, place.channel_key, author.roles)
