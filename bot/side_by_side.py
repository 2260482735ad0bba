"""Several calls at once, but not too many."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(
    calls: Sequence[Callable[[], Awaitable[T]]], most: int
) -> AsyncGenerator[tuple[int, T], None]:
    """(which, what) of each as it ends, begun in their order. The first that fails ends the
    others; so does closing this.
    """
    room = asyncio.Semaphore(most)

    async def one(number: int) -> tuple[int, T]:
        async with room:
            return number, await calls[number]()

    tasks = [asyncio.create_task(one(number)) for number in range(len(calls))]
    try:
        for next_ended in asyncio.as_completed(tasks):
            yield await next_ended
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
