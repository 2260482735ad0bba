"""Files, opened and closed off the loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import IO, ParamSpec

P = ParamSpec("P")


@asynccontextmanager
async def opened(
    open_: Callable[P, IO[bytes]], *args: P.args, **kwargs: P.kwargs
) -> AsyncGenerator[IO[bytes], None]:
    """As asyncio.to_thread, and closed in any case, also where who waits is cancelled while it is
    being opened. Raises what `open_` raises.
    """
    opening = asyncio.create_task(asyncio.to_thread(open_, *args, **kwargs))
    try:
        await asyncio.shield(opening)
        yield opening.result()
    finally:
        file = await opening
        await asyncio.to_thread(file.close)
