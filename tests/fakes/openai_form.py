"""Forms as they arrive."""

from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web


@dataclass(frozen=True)
class File:
    field: str
    name: str
    media_type: str
    content: bytes


async def form(request: web.Request) -> tuple[dict[str, Any], tuple[File, ...]]:
    """Fields that come more than once are lists; brackets stay in their names."""
    fields: dict[str, Any] = {}
    files = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name = part.name or ""
        content = bytes(await part.read())
        if part.filename is not None:
            kind = part.headers.get("Content-Type", "")
            files.append(File(name, part.filename, kind, content))
        elif name.endswith("[]"):
            fields.setdefault(name, []).append(content.decode())
        else:
            fields[name] = content.decode()
    return fields, tuple(files)
