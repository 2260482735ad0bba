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
    shelf: Shelf, person: str, home: str, post: str, files: Iterable[Attached]
) -> tuple[Medium, ...]:
    """What a person attached to a post. Raises Refused where a file is not there."""
    return tuple([await _offered(shelf, person, home, post, file) for file in files])


async def _offered(shelf: Shelf, person: str, home: str, post: str, file: Attached) -> Medium:
    name = clean(file.name)
    try:
        medium = await _seen(shelf, person, home, post, Medium(file.id, "", name))
    except FileNotFoundError:
        raise Refused(f"“{name}” is not here any more: attach it again.") from None
    return replace(medium, seconds=file.seconds, waveform=file.waveform)


async def shelved(shelf: Shelf, home: str, post: str, part: Media) -> Medium:
    """What Parley shows, put on the shelf."""
    file = await shelf.put(home, post, part.content)
    medium = await _seen(shelf, home, home, post, Medium(file, "", clean(part.name)))
    match part:
        case File():
            return replace(medium, kind="voice" if medium.kind == "voice" else "file")
        case Image(alt=alt):
            return replace(medium, alt=alt)
        case Voice(seconds=seconds, waveform=waveform):
            kind = "voice" if kinds.is_played(medium.type) else "file"
            return replace(medium, kind=kind, seconds=seconds, waveform=waveform)


async def _seen(shelf: Shelf, person: str, home: str, post: str, medium: Medium) -> Medium:
    url = "/".join(quote(part, safe="") for part in (home, post, medium.id, medium.name))

    def look() -> Medium:
        with shelf.open(person, home, post, medium.id) as content:
            return _described(replace(medium, url=f"/media/{url}"), content)

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


def attachment(person: str, home: str, post: str, medium: Medium) -> Attachment:
    """The reference is the way to the file on the shelf, where it is new or kept."""
    return Attachment(
        f"{person}/{home}/{post}/{medium.id}", medium.name, medium.type, medium.size,
        spoken=medium.kind == "voice" and medium.seconds > 0, seconds=medium.seconds,
    )  # fmt: skip


async def opened(shelf: Shelf, attachment: Attachment) -> AsyncGenerator[bytes, None]:
    """Raises Refused."""
    try:
        person, home, post, file = attachment.reference.split("/")
        async with aclosing(shelf.read(person, home, post, file)) as chunks:
            async for chunk in chunks:
                yield chunk
    except (OSError, ValueError) as error:
        raise Refused(
            f"“{attachment.name}” is not here any more: attach it again.", str(error)
        ) from None
