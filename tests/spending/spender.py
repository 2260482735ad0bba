"""A process of its own: `python -m tests.spending.spender spend|hold|back-off FOLDER`."""

import asyncio
import sys
from pathlib import Path

from bot.openai.chat import Usage
from bot.openai.errors import RateLimited
from bot.spending.budgets import BudgetSpent
from tests.spending.desk import ADA, PROMPT, StubChat, ask, open_desk

AT_ONCE = 50
ROUNDS = 20  # a budget that does not hold must not go on for ever


async def spend(folder: Path) -> None:
    """Fifty calls at once, again and again until all fifty are refused."""
    async with open_desk(folder, budget_person_day="0.01") as desk:

        async def call() -> None:
            chat = StubChat(("word",), Usage(prompt=PROMPT, completion=100))
            await desk.openai(chat).charged_to(ADA).complete(ask(most=100))

        for _ in range(ROUNDS):
            ends = await asyncio.gather(*(call() for _ in range(AT_ONCE)), return_exceptions=True)
            assert all(end is None or isinstance(end, BudgetSpent) for end in ends), ends
            if None not in ends:
                return
        raise AssertionError("the budget never ended")


class Waiting(StubChat):
    """Says so when a call is on its way, and waits to be killed."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__()
        self._refused = refused

    async def complete(self, request, meter):
        await meter.sending()
        if self._refused:
            await meter.failed(RateLimited("429"))
        print("on its way", flush=True)  # noqa: T201  what the test waits for
        await asyncio.Event().wait()


async def wait(folder: Path, *, refused: bool) -> None:
    async with open_desk(folder) as desk:
        await desk.openai(Waiting(refused=refused)).charged_to(ADA).complete(ask())


if __name__ == "__main__":
    way, folder = sys.argv[1], Path(sys.argv[2])
    asyncio.run(spend(folder) if way == "spend" else wait(folder, refused=way == "back-off"))
