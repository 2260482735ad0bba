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


def sources(passages: Sequence[Passage]) -> str:
    """Where they stand, each once, for below the answer; "" where there are none."""
    named = list(dict.fromkeys(passage.source for passage in passages if passage.source))
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"_Looked at: {'; '.join(named[:_NAMED])}{more}._" if named else ""


_NAMED = 6  # sources
