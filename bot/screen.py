"""What a reply looks like now: the latest state of its parts, between a fast model and a slow
platform. Showing never waits; who reads late sees only the newest state.
"""

import asyncio
from typing import TypeVar

from bot.parts import (
    Button,
    Buttons,
    Card,
    Delta,
    File,
    Image,
    Media,
    Notice,
    Part,
    Remove,
    Shown,
    Status,
    Text,
    Voice,
    Withdraw,
)

Kind = TypeVar("Kind")


class Screen:
    """Written by the pump, read by one adapter's `deliver`."""

    def __init__(self) -> None:
        self.done = False
        self.withdrawn = False  # nothing of the answer may stay
        self._parts: dict[str, Shown] = {}
        self._pieces: dict[str, list[str]] = {}
        self._changed = asyncio.Event()

    @property
    def text(self) -> str:
        """The Markdown of all Text parts in their order, a blank line between them. While a model
        writes, each value begins with the one before it.
        """
        return "\n\n".join(body for body in map("".join, self._pieces.values()) if body)

    @property
    def status(self) -> str:
        """What is being done; "" once there is something to see, or nothing more to come."""
        if self.done or self.visible:
            return ""
        return next((status.text for status in self._all(Status)), "")

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self._all(Notice)

    @property
    def buttons(self) -> tuple[Button, ...]:
        return next((row.buttons for row in self._all(Buttons)), ())

    @property
    def feedback(self) -> bool:
        """Whether to ask if the answer is good."""
        return any(row.feedback for row in self._all(Buttons))

    @property
    def cards(self) -> tuple[Card, ...]:
        return self._all(Card)

    @property
    def media(self) -> tuple[Media, ...]:
        """Files, pictures and voice, in the order in which they came."""
        return tuple(p for p in self._parts.values() if isinstance(p, File | Image | Voice))

    @property
    def visible(self) -> bool:
        """Whether there is anything that all can see."""
        return bool(self.text or self.cards or self.media)

    def show(self, part: Part) -> None:
        match part:
            case Delta(text, key):
                self._pieces.setdefault(key, []).append(text)
            case Text(markdown, key):
                self._pieces[key] = [markdown]
            case Remove(key):
                self._pieces.pop(key, None)
                self._parts.pop(key, None)
            case Withdraw():
                self.withdrawn = True
                self._pieces.clear()
                self._parts.clear()
            case _:
                self._parts[part.key] = part
        self._changed.set()

    def finish(self) -> None:
        """Nothing more comes. Every later `changed` returns at once."""
        self.done = True
        self._changed.set()

    async def changed(self) -> None:
        """Wait for something that no earlier call has reported."""
        await self._changed.wait()
        if not self.done:
            self._changed.clear()

    def _all(self, kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(part for part in self._parts.values() if isinstance(part, kind))
