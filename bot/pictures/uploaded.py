"""Pictures that people send, to be edited, and the masks over them."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from bot.errors import Refused
from bot.events import Attachment
from bot.pictures import looking
from bot.run import Run

LARGEST = 50 << 20  # bytes, OpenAI's limit; a mask is made smaller


async def picture(run: Run, given: Attachment, endings: Sequence[str]) -> tuple[bytes, str]:
    """One that a model takes, and the ending of its kind. Raises Refused."""
    content = await _read(run, given)
    return await asyncio.to_thread(looking.editable, content, given.name, endings)


async def mask(run: Run, given: Attachment, over: bytes) -> bytes:
    """PNG. Raises Refused."""
    return await asyncio.to_thread(looking.mask, await _read(run, given), over)


async def _read(run: Run, given: Attachment) -> bytes:
    content = bytearray()
    if given.size > LARGEST:
        raise _too_large(given)
    async with aclosing(run.open(given)) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > LARGEST:
                raise _too_large(given)
    return bytes(content)


def _too_large(given: Attachment) -> Refused:
    return Refused(
        f"“{given.name}” is larger than the {LARGEST >> 20} MB that Parley reads of a picture."
    )
