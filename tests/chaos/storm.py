"""What goes wrong while people ask: faults of the platforms and of the provider, and kills at
chosen moments.
"""

import asyncio
import inspect
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from tests.chaos.world import World, until
from tests.fakes.openai import Fault

IN_FLIGHT = 10  # answers at each kill, at least

# Parley is killed within milliseconds of the next thing of one of these kinds.
MOMENTS: dict[str, Callable[[World], int]] = {
    "acknowledgement": lambda w: sum(e.acknowledged.is_set() for e in w.slack.socket.envelopes),
    "call": lambda w: len(w.openai.calls),
    "chunk": lambda w: sum(bill.completion_tokens for bill in w.openai.bills),
    "slack post": lambda w: w.slack.requests["chat.postMessage"],
    "slack stream": lambda w: w.slack.requests["chat.startStream"],
    "slack edit": lambda w: w.slack.requests["chat.update"],
    "discord thread": lambda w: w.discord.requests["POST /channels/*/messages/*/threads"],
    "discord write": lambda w: w.discord.writes,
}
FAULTS: dict[str, Callable[[World], object]] = {
    "slack lost": lambda w: w.slack.lose_next_answer("cut"),
    "slack 500": lambda w: w.slack.lose_next_answer("500"),
    "slack 429": lambda w: w.slack.limit_next(0.1),
    "slack again": lambda w: w.slack.redeliver(),
    "slack cut": lambda w: w.slack.socket.cut(),
    "discord lost": lambda w: w.discord.lose_next_answer("cut"),
    "discord 500": lambda w: w.discord.lose_next_answer("500"),
    "discord 429": lambda w: w.discord.limit_next(0.1),
    "discord again": lambda w: w.discord.redeliver(),
    "discord cut": lambda w: w.discord.drop(),
    "openai 500": lambda w: w.openai.faults.append(Fault(500)),
    "openai 429": lambda w: w.openai.faults.append(Fault(429, headers={"retry-after-ms": "50"})),
}


class Storm:
    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.in_flight: list[int] = []  # at each kill
        self.struck: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    @asynccontextmanager
    async def raging(self, *, questions: float, faults: float = 0.0) -> AsyncGenerator[None, None]:
        """So many of each a second."""
        tasks = [asyncio.create_task(self._often(questions, self._ask))]
        if faults:
            tasks.append(asyncio.create_task(self._often(faults, self._fault)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if not isinstance(result, asyncio.CancelledError):
                    raise result

    async def strike(self) -> None:
        moment = self.chance.choice(list(MOMENTS))
        await asyncio.sleep(self.chance.random() / 2)
        count = MOMENTS[moment]
        before = count(self.world)
        await until(
            lambda: count(self.world) > before and self.world.openai.open_calls >= IN_FLIGHT
        )
        self.struck[moment] += 1
        await self.kill()

    async def kill(self) -> None:
        self.in_flight.append(self.world.openai.open_calls)
        await self.world.parley.kill()

    async def _often(self, rate: float, work) -> None:
        while True:
            await work()
            await asyncio.sleep(self.chance.expovariate(rate))

    async def _ask(self) -> None:
        await asyncio.shield(self.world.ask())

    async def _fault(self) -> None:
        kind = self.chance.choice(list(FAULTS))
        self.faults[kind] += 1
        done = FAULTS[kind](self.world)
        if inspect.isawaitable(done):
            await done
