"""Files as posts show them: pictures, things to listen to, and what one can only download."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import BinaryIO
from urllib.parse import quote

from msgspec.structs import replace

from adapters.markup import clean
from adapters.page import kinds
from adapters.page.post import Medium
from adapters.page.shelf import Shelf
from adapters.page.wire import Attached
from bot.errors import Refused
from bot.events import Attachment
from bot.parts import File, Image, Media, Voice


async def offered(
    shelf: Shelf, person: str, post: str, files: Iterable[Attached]
) -> tuple[Medium, ...]:
    """What a person attached to a post. Raises Refused where a file is not there."""
    return tuple([await _offered(shelf, person, post, file) for file in files])


async def _offered(shelf: Shelf, person: str, post: str, file: Attached) -> Medium:
    name = clean(file.name)
    try:
        medium = await _seen(shelf, person, post, file.id, name)
    except FileNotFoundError:
        raise Refused(f"“{name}” is not here any more: attach it again.") from None
    return replace(medium, seconds=file.seconds)


async def shelved(shelf: Shelf, person: str, post: str, part: Media) -> Medium:
    """What Parley shows, put on the shelf."""
    file = await shelf.put(person, post, part.content)
    medium = await _seen(shelf, person, post, file, clean(part.name))
    match part:
        case File():
            return replace(medium, kind="file")
        case Image(alt=alt):
            return replace(medium, alt=alt)
        case Voice(seconds=seconds):
            kind = "voice" if kinds.is_played(medium.type) else "file"
            return replace(medium, kind=kind, seconds=seconds)


async def _seen(shelf: Shelf, person: str, post: str, file: str, name: str) -> Medium:
    url = f"/media/{person}/{post}/{file}/{quote(name, safe='')}"

    def look() -> Medium:
        with shelf.open(person, post, file) as content:
            return _described(Medium(file, url, name), content)

    return await asyncio.to_thread(look)


def _described(medium: Medium, content: BinaryIO) -> Medium:
    found, size = kinds.kind(content), kinds.size(content) or kinds.Size(0, 0)
    shown = "image" if any(size) else "voice" if found.startswith("audio/") else "file"
    return replace(
        medium,
        type=kinds.guess(medium.name) if found == kinds.UNKNOWN else found,
        size=os.fstat(content.fileno()).st_size,
        kind=shown, width=size.width, height=size.height,
    )  # fmt: skip


def ids(media: Iterable[Medium]) -> frozenset[str]:
    return frozenset(medium.id for medium in media)


def attachment(person: str, post: str, medium: Medium) -> Attachment:
    """The reference is the way to the file on the shelf."""
    return Attachment(
        f"{person}/{post}/{medium.id}", medium.name, medium.type, medium.size,
        spoken=medium.kind == "voice" and medium.seconds > 0, seconds=medium.seconds,
    )  # fmt: skip


async def opened(shelf: Shelf, attachment: Attachment) -> AsyncGenerator[bytes, None]:
    """Raises Refused."""
    try:
        async with aclosing(shelf.read(*attachment.reference.split("/"))) as chunks:
            async for chunk in chunks:
                yield chunk
    except OSError as error:
        raise Refused(
            f"“{attachment.name}” is not here any more: attach it again.", str(error)
        ) from None
