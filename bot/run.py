"""One attempt at answering a turn: what a handler knows of it beside its own services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.events import Invocation, Message

Once: TypeAlias = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]


async def _call(_step: str, call: Callable[[], Awaitable[str]]) -> str:
    return await call()


@dataclass
class Run:
    """`shown` is what people already read of this answer, from an attempt that was killed.

    `stopped` is set when the handler's wait is cancelled because a person pressed Stop or the
    process is leaving: catch CancelledError, yield the last parts, return.
    """

    event: Message | Invocation
    id: str  # the delivery's
    shown: str = ""
    attempt: int = 1
    stopped: Literal["", "person", "shutdown"] = ""
    once: Once = field(default=_call)
    """`await run.once("create batch", call)`: call at most once over all attempts, and get the
    recorded result after that.
    """

    @property
    def answers(self) -> str:
        """The delivery whose message shows this answer: its own, or the one whose button asked."""
        return (isinstance(self.event, Invocation) and self.event.of) or self.id
