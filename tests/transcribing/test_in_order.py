"""Calls side by side, results in order."""

import asyncio
from contextlib import aclosing
from functools import partial

import pytest

from bot.transcribing.in_order import in_order


class Work:
    """Calls that end when they are let; `asked` counts those that were looked for."""

    def __init__(self, number):
        self.asked, self.running, self.most, self.cancelled = 0, 0, 0, 0
        self.gates = [asyncio.Event() for _ in range(number)]

    async def calls(self):
        for number in range(len(self.gates)):
            self.asked += 1
            yield partial(self._one, number)

    async def _one(self, number):
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gates[number].wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if number == 4:
            raise ValueError(number)
        return number


async def turns(number=10):
    for _ in range(number):
        await asyncio.sleep(0)


async def test_results_come_in_order_whichever_ends_first():
    work = Work(4)
    reading = asyncio.create_task(_all(work))
    for number in (2, 1, 0, 3):
        await turns()
        work.gates[number].set()
    assert await reading == [0, 1, 2, 3]


async def test_no_more_than_that_many_run_and_no_more_are_looked_for():
    work = Work(4)
    reading = asyncio.create_task(_all(work))
    await turns()
    assert (work.running, work.asked) == (3, 3)
    for gate in work.gates:
        gate.set()
    await reading
    assert work.most == 3


async def test_the_first_that_fails_ends_the_others():
    work = Work(7)
    for number in range(5):
        work.gates[number].set()
    with pytest.raises(ValueError, match="4"):
        await _all(work)
    assert (work.running, work.asked) == (0, 7)


async def test_closed_on_the_way_it_leaves_nothing_running():
    work = Work(4)
    work.gates[0].set()
    async with aclosing(in_order(work.calls(), 3)) as found:
        assert await anext(found) == 0
        await turns()
    assert work.running == 0
    assert work.cancelled == 2


async def _all(work):
    return [one async for one in in_order(work.calls(), 3)]
