"""From the bytes of a file to what is said in it, off the loop, and within limits."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bot.documents import texts
from bot.documents.__main__ import Answer
from bot.documents.document import Document, Unreadable
from bot.documents.kinds import Kind

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds that one document may take
AT_ONCE = 2  # processes
_ROOT = Path(__file__).parents[2]  # where `bot` is found
_TOO_MUCH = (
    "takes more time or memory to read than Parley gives one file. Send the part that matters, "
    "or its text."
)


class Reader:
    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def read(self, kind: Kind, content: bytes) -> Document:
        """Raises Unreadable. What has a structure is parsed in a process of its own."""
        if kind == "text":
            return await asyncio.to_thread(texts.document, content)
        async with self._at_once, _child(kind) as child:
            try:
                out, _ = await asyncio.wait_for(child.communicate(content), self._patience)
            except TimeoutError:
                raise Unreadable(_TOO_MUCH) from None
        return await asyncio.to_thread(_heard, out, child.returncode)


@asynccontextmanager
async def _child(kind: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """It knows nothing of our environment, where the keys are."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.documents", kind, cwd=_ROOT, env={},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a parser's complaints may quote the file
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _heard(out: bytes, code: int | None) -> Document:
    if code:
        log.info("a document's reader ended with %s", code)
        raise Unreadable(_TOO_MUCH)
    answer = msgspec.json.decode(out, type=Answer)
    if answer.document is None:
        raise Unreadable(answer.unreadable)
    return answer.document
