"""Files at the provider: `/files`, up and down by streams."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from bot.openai.calls import SLOW, Call
from bot.openai.catalogue_check import WrongValue
from bot.openai.endpoint import flattened
from bot.openai.meter import Free
from bot.openai.resource import Page, Resource, known
from bot.openai.transport import Transport
from bot.openai.uploads import Form, Progress, Upload
from bot.opened import opened

LARGEST = 512 * 2**20  # bytes
_PIECE = 2**20  # bytes written to the disk at once
_HOUR, _MONTH = 3_600, 2_592_000  # seconds, between which a file may expire


class File(msgspec.Struct, frozen=True):
    """Times are UTC seconds."""

    id: str
    filename: str = ""
    purpose: str = ""  # assistants, batch, fine-tune, vision, user_data, evals, batch_output, …
    bytes: int | None = None
    created_at: float | None = None
    expires_at: float | None = None
    status: str | None = None  # uploaded, processed, error
    status_details: str | None = None
    object: Any = None


class _Deleted(msgspec.Struct):
    deleted: bool = False


class Files:
    """Every method raises OpenAIError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._files: Resource[File] = Resource(transport, "files", "file", File, "file")

    async def create(self, file: Upload, purpose: str, *, expires_after: int | None = None) -> File:
        """`expires_after` in seconds. Raises WrongValue; AnswerLost where it may be there."""
        _check(file, expires_after)
        fields = flattened("purpose", purpose)
        if expires_after is not None:
            anchored = {"anchor": "created_at", "seconds": expires_after}
            fields += flattened("expires_after", anchored)
        return await self._files.create(Form([*fields, ("file", file)]))

    async def list(
        self,
        *,
        purpose: str | None = None,
        after: str | None = None,
        limit: int | None = None,
        order: str | None = None,
    ) -> Page[File]:
        """`order` is asc or desc, by the time of creation."""
        query = {"purpose": purpose, "after": after, "limit": limit, "order": order}
        return await self._files.list(query)

    async def get(self, id_: str) -> File:
        return await self._files.get(id_)

    async def delete(self, id_: str) -> bool:
        return (await self._files.delete(id_, _Deleted)).deleted

    async def content(self, id_: str) -> AsyncGenerator[bytes, None]:
        """StreamCut where it breaks off."""
        call = Call("GET", self._files.path(id_, "content"), patience=SLOW)
        with known("file", id_):
            stream = await self._transport.open(call, Free())
        async with aclosing(stream):
            while piece := await stream.read():
                yield piece

    async def save(self, id_: str, path: Path, progress: Progress | None = None) -> int:
        """Its bytes in that file, all or nothing. Returns how many. Raises OSError too."""
        part = path.with_name(f"{path.name}.part")
        try:
            async with aclosing(self.content(id_)) as pieces:
                size = await _written(pieces, part, progress)
            await asyncio.to_thread(part.replace, path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        return size


async def _written(
    pieces: AsyncGenerator[bytes, None], path: Path, progress: Progress | None
) -> int:
    size, kept = 0, bytearray()
    async with opened(path.open, "wb") as file:
        async for piece in pieces:
            kept += piece
            if len(kept) >= _PIECE:
                size += await _flushed(file, kept)
                if progress:
                    progress(size)
        size += await _flushed(file, kept)
    if progress:
        progress(size)
    return size


async def _flushed(file: IO[bytes], kept: bytearray) -> int:
    size = await asyncio.to_thread(file.write, kept)
    kept.clear()
    return size


def _check(file: Upload, expires_after: int | None) -> None:
    if (file.size or 0) > LARGEST:
        raise WrongValue(
            f"“{file.name}” has {(file.size or 0) / 2**20:,.1f} MB; the provider takes files of at "
            f"most {LARGEST // 2**20} MB."
        )
    if expires_after is not None and not _HOUR <= expires_after <= _MONTH:
        raise WrongValue("A file expires after an hour at the earliest, and after 30 days at most.")
