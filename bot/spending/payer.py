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
    asks_above: int | None = None  # micro-dollars; for a dearer call they are asked first

    @classmethod
    def of(cls, run: Run) -> Self:
        """Who asked for this answer."""
        author, place = run.event.author, run.event.place
        return cls(
            author.id, place.payer, run.charged or run.id, place.channel_key, author.roles,
            run.asks_above,
        )  # fmt: skip
