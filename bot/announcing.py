"""What Parley says by itself (a report, a job's news, a warning) comes in as an event like any
other: written down, then answered by a command whose access is "parley".
"""

import time
from collections.abc import Mapping

from bot.errors import NotAccepted
from bot.events import Author, Deleted, Event, Invocation, Place, Stop, Turn, Value
from bot.ports import Accept


class Announcer:
    """`accept` is the dispatcher's; until it is there, nothing can be announced."""

    def __init__(self) -> None:
        self.accept: Accept | None = None

    async def __call__(  # noqa: PLR0913  an occurrence has this many facts
        self,
        id: str,  # noqa: A002  the event's field
        command: str,
        *,
        author: Author,
        place: Place,
        of: str = "",
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """`id` names what is said: twice the same is said once. `author`: whom it is about, who
        alone sees it where the command is private. `of`: the delivery whose message now says
        this; without one it is a message of its own in `place`. Durable when this returns. Raises
        NotAccepted.
        """
        await self._accept(
            Invocation(
                id=f"parley:{id}", place=place, author=author, at=time.time(), command=command,
                values=dict(values or {}), by="parley", of=of,
            )
        )  # fmt: skip

    async def end(self, id: str, of: str, turn: Turn) -> None:  # noqa: A002  the event's field
        """As if who asked this had deleted it: the answer in the delivery `of` ends, is withdrawn,
        and is forgotten. Raises NotAccepted.
        """
        await self._accept(
            Deleted(id=f"parley:{id}", place=turn.place, author=turn.author, at=time.time(),
                    message="", source=turn.source, of=of)
        )  # fmt: skip

    async def stop(self, id: str, of: str, turn: Turn) -> None:  # noqa: A002  the event's field
        """As if they had pressed Stop. Raises NotAccepted."""
        await self._accept(
            Stop(id=f"parley:{id}", place=turn.place, author=turn.author, at=time.time(),
                 delivery=of)
        )  # fmt: skip

    async def _accept(self, event: Event) -> None:
        if self.accept is None:
            raise NotAccepted("Parley has not started yet.")
        await self.accept(event)
