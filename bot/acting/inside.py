"""A tool's run, inside that of the answer which calls it."""

from collections.abc import Awaitable, Callable

from bot.commands import Command
from bot.events import Invocation, Value
from bot.run import Run, StopReason


class Inside(Run):
    """It has a delivery of its own for what it makes (`d.1`), which is forgotten with the answer's;
    it is stopped with the answer, and paid on its account.
    """

    def __init__(
        self,
        parent: Run,
        command: Command,
        values: dict[str, Value],
        number: int,
        asks_above: int | None,
    ) -> None:
        outer, name = parent.event, f"{parent.answers}.{number}"
        event = Invocation(
            id=f"{outer.id}.{number}", place=outer.place, author=outer.author, at=outer.at,
            command=command.name, values=values, by="tool",
        )  # fmt: skip
        self._parent = parent
        super().__init__(
            event, name, attempt=parent.attempt, open=parent.open, speaks=parent.speaks,
            largest=parent.largest, history=parent.history, asks_above=asks_above,
            charged=parent.charged or parent.id,
        )  # fmt: skip

        async def once(step: str, call: Callable[[], Awaitable[str]]) -> str:
            return await parent.once(f"tool {number} {step}", call)

        self.once = once

    @property  # type: ignore[override]
    def stopped(self) -> StopReason | str:
        return self._parent.stopped

    @stopped.setter
    def stopped(self, _reason: str) -> None:
        """Only the answer is stopped."""
