"""A recording, from where it was uploaded to a folder of ours, as long as it is worked on."""

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from bot.errors import Refused
from bot.events import Attachment
from bot.opened import opened
from bot.run import Run
from bot.storage.works import Works

LARGEST = 2 * 2**30  # bytes
_BUFFER = 2**20  # bytes written at once
_FULL = {errno.ENOSPC, errno.EDQUOT}


@asynccontextmanager
async def workshop(works: Works, run: Run) -> AsyncIterator[Path]:
    """An empty folder that is gone in the end; what a killed attempt left in it too."""
    folder = await works.folder(run.answers) / "sound"
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await asyncio.to_thread(folder.mkdir)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def fetch(run: Run, file: Attachment, path: Path) -> None:
    """Raises Refused."""
    if file.size > LARGEST:
        raise _too_large(file)
    try:
        await _written(run, file, path)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Refused(
            f"Parley's disk is full, so it cannot listen to “{file.name}”. Please tell an admin.",
            str(error),
        ) from error


async def _written(run: Run, file: Attachment, path: Path) -> None:
    size, kept = 0, bytearray()
    async with opened(path.open, "wb") as target:
        async with aclosing(run.open(file)) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                kept += chunk
                if size > LARGEST:
                    raise _too_large(file)
                if len(kept) >= _BUFFER:
                    await asyncio.to_thread(target.write, kept)
                    kept = bytearray()
        await asyncio.to_thread(target.write, kept)


def _too_large(file: Attachment) -> Refused:
    return Refused(
        f"“{file.name}” is larger than the {LARGEST // 2**30} GB that Parley takes. Its sound "
        "alone, saved as MP3, is much smaller."
    )
