"""What an answer made, so that its buttons can go on from there: facts in a table, bytes beside."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from bot.run import Run
from bot.storage.database import Database

T = TypeVar("T")
_AT_ONCE = 500  # forgotten in one transaction


class Works:
    """`folder` has one folder for each delivery that made something; none is made before."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def folder(self, delivery: str) -> Path:
        """Where its files go; it lasts as long as the work. Raises OSError."""
        folder = self._folder / delivery
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return folder

    async def keep(
        self,
        run: Run,
        facts: msgspec.Struct,
        files: Mapping[str, bytes] | None = None,
        *,
        part: str = "",
    ) -> None:
        """What this answer made; said twice, the last holds. A `part` of it, as `.asked`, is found
        by the delivery with that behind it, and forgotten with the rest. Raises OSError.
        """
        delivery = run.answers + part
        if files:
            folder = await self.folder(delivery)
            for name, content in files.items():
                await asyncio.to_thread((folder / name).write_bytes, content)
        row = (delivery, run.event.author.id, run.event.place.key, msgspec.json.encode(facts),
               time.time())  # fmt: skip
        query = "INSERT OR REPLACE INTO works VALUES (?, ?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def note(self, run: Run) -> None:
        """That this answer makes something, of which nothing else is to be known: its files are
        then exported, forgotten and pruned with what is its author's.
        """
        row = (run.answers, run.event.author.id, run.event.place.key, b"null", time.time())
        query = "INSERT OR IGNORE INTO works VALUES (?, ?, ?, ?, ?)"
        await self._database.write(lambda db: db.execute(query, row).rowcount)

    async def of(self, delivery: str, kind: type[T]) -> T | None:
        """Its facts, where they are of this kind."""
        query = "SELECT facts FROM works WHERE delivery = ?"
        row = await self._database.read(lambda db: db.execute(query, (delivery,)).fetchone())
        try:
            return msgspec.json.decode(row[0], type=kind) if row else None
        except msgspec.ValidationError:
            return None

    async def file(self, delivery: str, name: str) -> bytes | None:
        try:
            return await asyncio.to_thread((self._folder / delivery / name).read_bytes)
        except FileNotFoundError:
            return None

    async def files(self, delivery: str) -> list[Path]:
        """All that it made."""
        return await asyncio.to_thread(_files, self._folder / delivery)

    async def parts(self, delivery: str) -> list[str]:
        """Those of which there are files: `d.1` of `d`."""
        found = await asyncio.to_thread(lambda: list(self._folder.glob(f"{delivery}.*")))
        return [folder.name for folder in found]

    async def forget(self, delivery: str) -> None:
        query = "DELETE FROM works WHERE delivery = ?"
        await self._database.write(lambda db: db.execute(query, (delivery,)).rowcount)
        await asyncio.to_thread(shutil.rmtree, self._folder / delivery, ignore_errors=True)

    async def prune(self, before: float) -> None:
        """Forget what was made before then."""
        query = "SELECT delivery FROM works WHERE at < ? ORDER BY at LIMIT ?"
        rows = await self._database.read(
            lambda db: db.execute(query, (before, _AT_ONCE)).fetchall()
        )
        for (delivery,) in rows:
            await self.forget(delivery)
        old = await asyncio.to_thread(_older, self._folder, before)
        known = await self._database.read(partial(_known, deliveries=old))
        for delivery in old:
            if delivery not in known:  # killed before it was written down
                await self.forget(delivery)


def _older(folder: Path, before: float) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.stat().st_mtime < before]
    except FileNotFoundError:  # nothing was made yet, or it is forgotten just now
        return []


def _known(connection: sqlite3.Connection, deliveries: Sequence[str]) -> set[str]:
    query = "SELECT 1 FROM works WHERE delivery = ?"
    return {one for one in deliveries if connection.execute(query, (one,)).fetchone()}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
