"""Pictures that people send, to be edited, and the masks over them."""

import asyncio
from collections.abc import Sequence

from bot.events import Attachment
from bot.pictures import looking
from bot.run import Run

LARGEST = 50 << 20  # bytes, OpenAI's limit; a mask is made smaller


async def picture(run: Run, given: Attachment, endings: Sequence[str]) -> tuple[bytes, str]:
    """One that a model takes, and the ending of its kind. Raises Refused."""
    content = await run.content(given, LARGEST)
    return await asyncio.to_thread(looking.editable, content, given.name, endings)


async def mask(run: Run, given: Attachment, over: bytes) -> bytes:
    """PNG. Raises Refused."""
    return await asyncio.to_thread(looking.mask, await run.content(given, LARGEST), over)
