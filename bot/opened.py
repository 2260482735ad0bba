"""Files, opened and closed off the loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Literal


@asynccontextmanager
async def opened(path: Path, mode: Literal["rb", "wb"]) -> AsyncGenerator[IO[bytes], None]:
    """Closed in any case, also where who waits is cancelled while it is being opened. Raises
    OSError.
    """
    opening = asyncio.create_task(asyncio.to_thread(path.open, mode))
    try:
        await asyncio.shield(opening)
        yield opening.result()
    finally:
        file = await opening
        await asyncio.to_thread(file.close)
