"""Files that go up, a piece at a time, as multipart forms (RFC 7578)."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from mimetypes import guess_type
from pathlib import Path

import msgspec

from bot.opened import opened

PIECE = 2**18  # bytes read of a file at once

Chunks = Callable[[], AsyncGenerator[bytes, None]]
Progress = Callable[[int], None]  # told the bytes that have gone up so far


class Upload(msgspec.Struct, frozen=True):
    """A file to send. `chunks` is called for each attempt; the bytes are never all in memory."""

    name: str
    chunks: Chunks
    size: int | None = None  # bytes; None: not known before its end
    media_type: str = ""
    progress: Progress | None = None

    @classmethod
    async def of(cls, path: Path, name: str = "", progress: Progress | None = None) -> "Upload":
        size = (await asyncio.to_thread(path.stat)).st_size
        return cls(name or path.name, lambda: _read(path), size, "", progress)

    @classmethod
    def content(cls, name: str, content: bytes, media_type: str = "") -> "Upload":
        return cls(name, lambda: _once(content), len(content), media_type)


async def _read(path: Path) -> AsyncGenerator[bytes, None]:
    async with opened(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


async def _once(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


class Form:
    """The fields of a form, in order: text, or a file. `body` begins anew for each attempt."""

    def __init__(self, fields: Sequence[tuple[str, str | Upload]]) -> None:
        self._boundary = secrets.token_hex(16)
        self._fields = fields

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}
        if (size := self._size()) is not None:
            headers["Content-Length"] = str(size)
        return headers

    def _size(self) -> int | None:
        total = len(self._end)
        for name, value in self._fields:
            size = value.size if isinstance(value, Upload) else len(_bytes(value))
            if size is None:
                return None
            total += len(self._head(name, value)) + size + 2
        return total

    async def body(self) -> AsyncGenerator[bytes, None]:
        for name, value in self._fields:
            yield self._head(name, value)
            if isinstance(value, Upload):
                async with aclosing(_counted(value)) as pieces:
                    async for piece in pieces:
                        yield piece
            else:
                yield _bytes(value)
            yield b"\r\n"
        yield self._end

    def _head(self, name: str, value: str | Upload) -> bytes:
        line = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, Upload):
            kind = value.media_type or guess_type(value.name)[0] or "application/octet-stream"
            line += f'; filename="{_quoted(value.name)}"\r\nContent-Type: {_quoted(kind)}'
        return _bytes(f"{line}\r\n\r\n")

    @property
    def _end(self) -> bytes:
        return f"--{self._boundary}--\r\n".encode()


async def _counted(file: Upload) -> AsyncGenerator[bytes, None]:
    """Raises ValueError where it is not of its size, which is announced before it."""
    sent = 0
    async with aclosing(file.chunks()) as pieces:
        async for piece in pieces:
            sent += len(piece)
            if file.size is not None and sent > file.size:
                break
            yield piece
            if file.progress:
                file.progress(sent)
    if file.size is not None and sent != file.size:
        raise ValueError(f"{sent:,} bytes and not {file.size:,}")


# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
_ESCAPES = {code: f"%{code:02X}" for code in (*range(32), ord('"'), 127)}


def _quoted(text: str) -> str:
    return text.translate(_ESCAPES)


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
