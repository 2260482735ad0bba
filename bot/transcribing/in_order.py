"""Several calls at once, their results in order; more are looked for as there is room."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")
Calls = AsyncGenerator[Callable[[], Awaitable[T]], None]


async def in_order(calls: Calls[T], most: int) -> AsyncGenerator[T, None]:
    """Closes `calls`. The first that fails ends the others; so does closing this."""
    tasks: deque[asyncio.Future[T]] = deque()
    try:
        async with aclosing(calls):
            async for call in calls:
                tasks.append(asyncio.ensure_future(call()))
                if len(tasks) == most:
                    yield await tasks[0]
                    tasks.popleft()
        while tasks:
            yield await tasks[0]
            tasks.popleft()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
