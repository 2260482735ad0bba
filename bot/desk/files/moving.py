"""Files that move: from people to this machine, and from here to the provider."""

import asyncio
import errno
import re
from collections.abc import Awaitable
from contextlib import aclosing
from pathlib import Path

from bot.created import found_or_made
from bot.errors import Refused
from bot.events import Attachment
from bot.openai.files import File
from bot.openai.uploads import Upload
from bot.opened import opened
from bot.run import Run
from bot.services import Services

_BUFFER = 2**20  # bytes written at once
_FULL = {errno.ENOSPC, errno.EDQUOT}
_PAGES, _PAGE = 5, 100  # of files that are looked through for one that we may have sent
_EARLIER = 300.0  # seconds that the provider's clock may be behind


async def save_attachment(run: Run, attachment: Attachment, folder: Path, limit: int) -> Path:
    """In that folder, under a name that any file system takes. `limit` in bytes. Raises Refused."""
    if attachment.size > limit:
        raise _too_large(attachment, limit)
    path = folder / safe(attachment.name)
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        await _written(run, attachment, path, limit)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Refused(
            f"Parley's disk is full, so it cannot take “{attachment.name}”. Please tell an admin.",
            str(error),
        ) from error
    return path


def safe(name: str) -> str:
    """Of a file, whatever a person or a provider called it."""
    return re.sub(r"[^\w. -]", "_", name.rpartition("/")[2])[-80:].strip(". ") or "file"


async def _written(run: Run, attachment: Attachment, path: Path, limit: int) -> None:
    size, kept = 0, bytearray()
    async with opened(path.open, "wb") as target:
        async with aclosing(run.open(attachment)) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise _too_large(attachment, limit)
                kept += chunk
                if len(kept) >= _BUFFER:
                    await asyncio.to_thread(target.write, kept)
                    kept = bytearray()
        await asyncio.to_thread(target.write, kept)


def _too_large(attachment: Attachment, limit: int) -> Refused:
    return Refused(f"“{attachment.name}” is larger than the {limit >> 20} MB that are taken here. "
                   "Split it.")  # fmt: skip


async def upload(
    services: Services,
    path: Path,
    name: str,
    purpose: str,
    *,
    expires_after: int | None = None,
) -> File:
    """`expires_after` in seconds. Raises OpenAIError; AnswerLost where it may be there."""
    file = await Upload.of(path, name)
    return await services.openai.files.create(file, purpose, expires_after=expires_after)


async def upload_once(  # noqa: PLR0913  an upload has this many facts
    services: Services,
    run: Run,
    path: Path,
    name: str,
    purpose: str,
    *,
    look: bool,
    expires_after: int | None = None,
) -> File:
    """The same, over all attempts at this answer. `look`: one may have been killed, or its answer
    lost, so the file is looked for at the provider before it is sent again.
    """
    size = (await asyncio.to_thread(path.stat)).st_size

    async def find() -> File | None:
        return await sent(services, name, purpose, size, run.event.at - _EARLIER)

    async def send() -> str:
        def make() -> Awaitable[File]:
            return upload(services, path, name, purpose, expires_after=expires_after)

        return (await found_or_made(find, make, look=look)).id

    return await services.openai.files.get(await run.once(f"upload {name}", send))


async def sent(services: Services, name: str, purpose: str, size: int, since: float) -> File | None:
    """The newest that we may have sent."""
    after = None
    for _ in range(_PAGES):
        page = await services.openai.files.list(
            purpose=purpose, after=after, limit=_PAGE, order="desc"
        )
        for file in page.data:
            if (file.filename, file.bytes) == (name, size) and (file.created_at or 0) >= since:
                return file
        if (after := page.after) is None:
            return None
    return None
