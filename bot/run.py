"""One attempt at answering a turn: what a handler knows of it beside its own services."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.errors import Refused
from bot.events import Attachment, Message, Turn

Once: TypeAlias = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]
Open: TypeAlias = Callable[[Attachment], AsyncGenerator[bytes, None]]
History: TypeAlias = Callable[[], Awaitable[Sequence[Message]]]
StopReason: TypeAlias = Literal["person", "shutdown", "edited", "deleted"]


async def _call(_step: str, call: Callable[[], Awaitable[str]]) -> str:
    return await call()


async def _open(attachment: Attachment) -> AsyncGenerator[bytes, None]:
    raise Refused(f"“{attachment.name}” cannot be opened here.")
    yield b""


async def _history() -> Sequence[Message]:
    return ()


def _unchecked(*_: object) -> None:
    """Nothing is checked."""


async def _cleared() -> None:
    """Nothing is checked."""


@dataclass
class Noted:
    """What the receipt of an answer tells beside what it cost."""

    used: dict[str, int] = field(default_factory=dict)  # tokens of what was sent: turns, summary
    left_out: dict[str, int] = field(default_factory=dict)  # how many of them had no room
    facts: dict[str, str] = field(default_factory=dict)  # by which the provider knows its last call


@dataclass
class Run:
    """`shown` is what people already read of this answer, from an attempt that was killed.

    `stopped` is set when the handler's wait is cancelled: a person pressed Stop, the process is
    leaving, the question was edited or deleted. Catch CancelledError, yield the last parts, return.
    """

    event: Turn
    id: str  # the delivery's
    shown: str = ""
    attempt: int = 1
    apart: bool = False  # the answer to a button has posts of its own
    stopped: Literal["", StopReason] = ""
    once: Once = field(default=_call)
    """`await run.once("create batch", call)`: call at most once over all attempts, and get the
    recorded result after that.
    """
    open: Open = field(default=_open)
    """The bytes of an attachment, moved as they are read. Raises Refused."""
    speaks: Literal["opus", "mp3"] = "mp3"
    """The format of a Voice that people can play here."""
    largest: int = 10**9
    """Bytes of a file that can be posted here: what is larger had better be made smaller."""
    noted: Noted = field(default_factory=Noted)
    history: History = field(default=_history)
    """What was said in the place before this, oldest first, as far as the platform tells: for a
    thread that Parley is called into. Raises Refused, where it may not be read.
    """

    check: Callable[..., None] = field(default=_unchecked)
    """`run.check(text, picture)`: have what is about to be used judged, beside whatever is done
    meanwhile. What the person wrote is checked already. It takes str and PicturePart.
    """
    cleared: Callable[[], Awaitable[None]] = field(default=_cleared)
    """Before anything with an effect (a paid picture, a tool, memory): returns once all that was
    asked, checked and said so far is known to be harmless. Raises Refused.
    """
    verdict: Literal["", "harmless", "unchecked"] = ""
    """What moderation said of it so far; "": nothing was asked."""

    asks_above: int | None = None
    """Micro-dollars: a call that may cost more is not made; AsksFirst is raised. None: no limit."""
    charged: str = ""
    """The run in whose account its calls stand, where that is another's."""

    async def content(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of an attachment, where there are at most `most`. Raises Refused."""
        content = bytearray()
        if attachment.size <= most:
            async with aclosing(self.open(attachment)) as chunks:
                async for chunk in chunks:
                    content += chunk
                    if len(content) > most:
                        break
                else:
                    return bytes(content)
        raise Refused(
            f"“{attachment.name}” is larger than the {most / 1_000_000:.0f} MB that Parley reads."
        )

    @property
    def answers(self) -> str:
        """The delivery whose messages show this answer: its own, or the one it replaces."""
        return self.id if self.apart else self.event.of or self.id
