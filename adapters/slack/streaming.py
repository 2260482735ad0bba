"""Where Slack's own text streaming is used, and what a workspace knows of it.

Not in channels: there only one recipient sees the text grow, and everybody else sees its first
words until it ends (https://github.com/agentconnect-md/agentconnect/issues/1494); many workspaces
refuse it (`channel_type_not_supported`). What is posted and edited all see alike.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.events import Stop
from bot.ports import FIRST, Accept, Delivery

Session: TypeAlias = Literal["", "open", "closed"]


@dataclass
class Streaming:
    """What is known of streaming in this workspace, for all its answers."""

    refused: bool = False
    accept: Accept | None = None  # hears of a stream that a person stopped
    clock: Callable[[], float] = time.monotonic
    under_way: int = 0  # streams, each of which takes one call of chat.stopStream

    async def stopped(self, delivery: Delivery, ts: str) -> None:
        """Somebody pressed Slack's own stop button: the same as ours."""
        if self.accept is None:
            return
        stop = Stop(
            id=f"{delivery.place.platform}:{delivery.place.workspace}:{ts}:stopped",
            place=delivery.place,
            author=delivery.author,
            at=time.time(),
            delivery=delivery.id,
        )
        await self.accept(stop)


def suits(delivery: Delivery) -> bool:
    """An answer that is begun anew, to one person."""
    direct = delivery.place.channel.startswith("D") and delivery.place.thread != ""
    return direct and FIRST not in delivery.log.known
