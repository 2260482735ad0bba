"""The files of posts, in a folder beside the database: one folder a home (a person, or a channel)
and post. What a person uploaded waits in their `new` for the message that it comes with, a day at
most.
"""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, Collection
from pathlib import Path
from typing import BinaryIO

from bot.opened import opened

NEW = "new"  # no post has so short an id

_ABANDONED = 86_400.0  # seconds
_CHUNK = 256 * 1024  # bytes
_NAME = re.compile(r"#?[A-Za-z0-9_-]{1,64}")


class Shelf:
    """Nothing here but `open` blocks. OSError is the disk's; FileNotFoundError: no such file."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def take(self, person: str, chunks: AsyncGenerator[bytes, None]) -> str:
        """Write down what is uploaded; nothing stays where that breaks off. The new file's id."""
        file = _new_id()
        path = self._path(person, NEW, file)
        try:
            with await asyncio.to_thread(self._create, path) as out:
                async with contextlib.aclosing(chunks):
                    async for chunk in chunks:
                        await asyncio.to_thread(out.write, chunk)
                await asyncio.to_thread(_finish, out)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return file

    async def put(self, home: str, post: str, content: bytes | Path) -> str:
        """A file of Parley's own. Its id."""
        file = _new_id()
        await asyncio.to_thread(self._write, self._path(home, post, file), content)
        return file

    def open(self, person: str, home: str, post: str, file: str) -> BinaryIO:
        """A file of this post, kept, or new from this person. For a thread: it blocks. Raises
        FileNotFoundError.
        """
        kept, new = self._path(home, post, file), self._path(person, NEW, file)
        for path in (kept, new, kept):  # it may be moved between two looks
            with contextlib.suppress(FileNotFoundError):
                return path.open("rb")
        raise FileNotFoundError(kept)

    async def read(
        self, person: str, home: str, post: str, file: str
    ) -> AsyncGenerator[bytes, None]:
        async with opened(self.open, person, home, post, file) as content:
            while chunk := await asyncio.to_thread(content.read, _CHUNK):
                yield chunk

    async def keep(self, person: str, home: str, post: str, files: Collection[str]) -> None:
        """What was new belongs to this post now. Twice is the same as once."""
        if files:
            await asyncio.to_thread(self._keep, person, home, post, files)

    async def only(self, home: str, post: str, files: Collection[str]) -> None:
        """Nothing but these is a file of this post any more."""
        await asyncio.to_thread(self._only, self._path(home, post), files)

    async def drop(self, home: str, post: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._path(home, post), ignore_errors=True)

    async def sweep(self) -> None:
        """Delete what was uploaded long ago and never sent."""
        await asyncio.to_thread(self._sweep, time.time() - _ABANDONED)

    def _path(self, *names: str) -> Path:
        if not all(_NAME.fullmatch(name) for name in names):
            raise FileNotFoundError(f"no file is called {'/'.join(names)[:200]!r}")
        return self._root.joinpath(*names)

    def _create(self, path: Path) -> BinaryIO:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def _write(self, path: Path, content: bytes | Path) -> None:
        with self._create(path) as out:
            if isinstance(content, Path):
                with content.open("rb") as source:
                    shutil.copyfileobj(source, out)
            else:
                out.write(content)
            _finish(out)

    def _keep(self, person: str, home: str, post: str, files: Collection[str]) -> None:
        self._path(home, post).mkdir(parents=True, exist_ok=True)
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # it is there already
                self._path(person, NEW, file).rename(self._path(home, post, file))

    @staticmethod
    def _only(folder: Path, files: Collection[str]) -> None:
        for path in folder.glob("*"):
            if path.name not in files:
                path.unlink(missing_ok=True)

    def _sweep(self, before: float) -> None:
        for path in self._root.glob(f"*/{NEW}/*"):
            with contextlib.suppress(FileNotFoundError):  # it is sent just now
                if path.stat().st_mtime < before:
                    path.unlink()


def _new_id() -> str:
    """That nobody can guess."""
    return secrets.token_urlsafe(16)


def _finish(file: BinaryIO) -> None:
    """It outlives a power cut, as the row that names it does."""
    file.flush()
    os.fsync(file.fileno())
