"""Work that nobody asks for."""

import asyncio

from bot.chores import Chore, keep_doing
from bot.errors import Refused


class Nobody:
    """Another process has every duty but those named."""

    def __init__(self, *mine):
        self._mine = mine

    async def mine(self, duty):
        return duty in self._mine


async def done(times, chores, duties):
    """Until each of `times` events is set."""
    task = asyncio.create_task(keep_doing(chores, duties))
    async with asyncio.timeout(5):
        for event in times:
            await event.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_chore_that_fails_is_done_again_and_hinders_no_other():
    again, other, errors = asyncio.Event(), asyncio.Event(), [Refused("no"), ValueError("bad")]

    async def fails():
        if errors:
            raise errors.pop()
        again.set()

    async def works():
        other.set()

    chores = [Chore("fails", fails, 0), Chore("works", works, 0)]
    await done([again, other], chores, Nobody("fails", "works"))


async def test_what_another_process_does_is_left_to_it():
    mine, theirs = asyncio.Event(), []

    async def work():
        mine.set()

    async def never():
        theirs.append(1)

    await done([mine], [Chore("theirs", never, 0), Chore("mine", work, 0)], Nobody("mine"))
    assert theirs == []


async def test_where_there_is_nothing_to_do_it_does_not_end():
    task = asyncio.create_task(keep_doing([], Nobody()))
    ended, _ = await asyncio.wait([task], timeout=0.05)
    assert not ended
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
