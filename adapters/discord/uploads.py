"""Files on their way to Discord: read as they are sent, from the start at every attempt."""

import asyncio
import io
import mimetypes
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import discord

from adapters.discord.limits import NAME
from adapters.markup import clean

_UNFIT = re.compile(r'[\x00-\x1f\x7f"\\/]+')  # in a name that stands in a header


class Upload(NamedTuple):
    name: str
    content: bytes | Path
    media_type: str


def upload(name: str, content: bytes | Path, media_type: str = "") -> Upload:
    name = _UNFIT.sub("_", clean(name)).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > NAME:
        name = f"{stem[: NAME - len(ending) - 1]}{dot}{ending}"[:NAME]
    kind = media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Upload(name, content, kind)


@asynccontextmanager
async def opened(uploads: Sequence[Upload]) -> AsyncGenerator[list[discord.File], None]:
    """discord.py rewinds them itself between its own attempts."""
    with ExitStack() as stack:
        files = []
        for each in uploads:
            source = io.BytesIO(each.content) if isinstance(each.content, bytes) else each.content
            file = await asyncio.to_thread(discord.File, source, each.name)
            stack.callback(file.close)
            files.append(file)
        yield files
