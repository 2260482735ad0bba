"""All that is kept about one person, as a zip: a JSON file of each kind, and the files."""

import asyncio
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from bot.services import Services
from bot.storage.exporting import Rows

MOST = 20_000_000  # bytes of files; platforms take no more in one message


async def archive(services: Services, author: str) -> bytes:
    tables = await services.exporting.person(author)
    files = list[Path]()
    for work in tables["works"]:
        files += await services.works.files(work["delivery"])
    return await asyncio.to_thread(_zipped, tables, files)


def _zipped(tables: Mapping[str, Rows], files: Iterable[Path]) -> bytes:
    packed, left, room = io.BytesIO(), list[str](), MOST
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            content = msgspec.json.format(msgspec.json.encode(rows), indent=2)
            archive.writestr(f"{name}.json", content)
        for path in files:
            name, size = f"files/{path.parent.name}/{path.name}", path.stat().st_size
            if size > room:
                left.append(name)
                continue
            archive.write(path, name)
            room -= size
        if left:
            archive.writestr("too large.txt", "\n".join(left))
    return packed.getvalue()
