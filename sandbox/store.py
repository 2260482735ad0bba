"""What outlives an answer, in a folder: files, and a JSON file for each batch and job.

Bounded: a file that would not fit is refused, of the others the oldest go.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from sandbox.errors import APIError, not_found
from sandbox.ids import new

ROOM = 2 << 30  # bytes, all files together
KEPT = 1000  # batches, jobs

T = TypeVar("T", bound=Any)  # has an id and a created_at


class File(Struct):
    id: str
    bytes: int
    created_at: int
    filename: str
    purpose: str
    object: str = "file"
    status: str = "processed"
    expires_at: int | None = None
    status_details: str | None = None


class Store:
    def __init__(
        self, folder: Path, room: int = ROOM, now: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._room = room
        self.now = now
        self._writer = ThreadPoolExecutor(1)
        (folder / "files").mkdir(parents=True, exist_ok=True)
        self._files = self.load("file", File)

    def stamp(self) -> int:
        return int(self.now())

    def load(self, kind: str, type_: type[T]) -> dict[str, T]:
        """The objects of this kind by id, oldest first."""
        found = [
            msgspec.json.decode(path.read_bytes(), type=type_)
            for path in (self._folder / kind).glob("*.json")
        ]
        return {
            thing.id: thing
            for thing in sorted(found, key=lambda thing: (thing.created_at, thing.id))
        }

    async def save(self, kind: str, thing: Any) -> None:
        data = msgspec.json.encode(thing)
        await self._in_turn(partial(_write, self._folder / kind / f"{thing.id}.json", data))

    async def forget(self, kind: str, name: str) -> None:
        path = self._folder / kind / f"{name}.json"
        await self._in_turn(partial(path.unlink, missing_ok=True))

    async def _in_turn(self, work: Callable[[], None]) -> None:
        """In the order of the calls, though one that waits for it is cancelled."""
        await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def prune(self, kind: str, things: dict[str, Any]) -> None:
        while len(things) > KEPT:
            oldest = next(iter(things))
            del things[oldest]
            await self.forget(kind, oldest)

    def path(self, file: File | str) -> Path:
        return self._folder / "files" / (file if isinstance(file, str) else file.id)

    async def files(self) -> list[File]:
        """Oldest first, without those that have expired."""
        now = self.now()
        for file in [f for f in self._files.values() if f.expires_at and f.expires_at <= now]:
            await self.delete(file)
        return list(self._files.values())

    async def get(self, name: str, param: str = "id") -> File:
        """Raises APIError 404."""
        for file in await self.files():
            if file.id == name:
                return file
        raise not_found("File object", name, param)

    async def delete(self, file: File) -> None:
        self._files.pop(file.id, None)
        await self.forget("file", file.id)
        await asyncio.to_thread(self.path(file).unlink, missing_ok=True)

    def check_room(self, size: int) -> None:
        """Raises APIError 400."""
        used = sum(file.bytes for file in self._files.values())
        if used + size > self._room:
            text = f"The sandbox keeps at most {self._room >> 20} MB of files; delete some."
            raise APIError(400, text, code="storage_limit_exceeded")

    async def adopt(self, path: Path, name: str, purpose: str, lasts: int | None) -> File:
        """The file at this path becomes ours. `lasts`: seconds; None: for good."""
        size = (await asyncio.to_thread(path.stat)).st_size
        now = self.stamp()
        file = File(new("file-"), size, now, name, purpose, expires_at=now + lasts if lasts else None)  # fmt: skip  # noqa: E501
        await asyncio.to_thread(path.replace, self.path(file))
        self._files[file.id] = file
        await self.save("file", file)
        return file

    async def write(
        self, lines: Iterable[bytes], name: str, purpose: str, lasts: int | None = None
    ) -> File:
        path = self.path(new("incoming-"))
        await asyncio.to_thread(path.write_bytes, b"".join(lines))
        return await self.adopt(path, name, purpose, lasts)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


STORE: web.AppKey[Store] = web.AppKey("store", Store)
