"""What was said or written elsewhere and may help: the seam for recall."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.run import Run


@dataclass(frozen=True)
class Passage:
    text: str
    source: str = ""  # where it stands, for people and the model: a title, a link


Recall: TypeAlias = Callable[[Run, str, int], Awaitable[Sequence[Passage]]]
"""`await recall(run, question, room)`: the best first, of about `room` tokens together."""


async def nothing(_run: Run, _question: str, _room: int) -> Sequence[Passage]:
    return ()
