"""What a reply looks like now: the latest state of its parts, between a fast model and a slow
platform. Showing never waits; who reads late sees only the newest state.
"""

import asyncio

from bot.parts import Button, Buttons, Delta, Notice, Part, Remove, Status, Text


class Screen:
    """Written by the pump, read by one adapter's `deliver`."""

    def __init__(self) -> None:
        self.done = False
        self._parts: dict[str, Text | Status | Notice | Buttons] = {}
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
        """What is being done; "" once there is text to read, or nothing more to come."""
        if self.done or self.text:
            return ""
        return next((p.text for p in self._parts.values() if isinstance(p, Status)), "")

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(p for p in self._parts.values() if isinstance(p, Notice))

    @property
    def buttons(self) -> tuple[Button, ...]:
        return next((p.buttons for p in self._parts.values() if isinstance(p, Buttons)), ())

    def show(self, part: Part) -> None:
        match part:
            case Delta(text, key):
                self._pieces.setdefault(key, []).append(text)
            case Text(markdown, key):
                self._pieces[key] = [markdown]
            case Remove(key):
                self._pieces.pop(key, None)
                self._parts.pop(key, None)
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
