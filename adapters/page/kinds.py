"""What a file is, by its content: its name and its sender may be wrong."""

import mimetypes
import re
import struct
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

UNKNOWN = "application/octet-stream"

_HEAD = 4096  # bytes; tracks are listed there by who records as it goes
_KINDS = tuple(
    (re.compile(beginning, re.DOTALL), kind)
    for beginning, kind in (
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"OggS", "audio/ogg"),
        (rb"fLaC", "audio/flac"),
        (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
        (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
        (rb"....ftypM4[AB]", "audio/mp4"),
        (rb"....ftypavi[fs]", "image/avif"),
        (rb"....ftyp(?:hei[cx]|mif1|msf1)", "image/heic"),
        (rb"....ftyp(?=.*soun)(?!.*vide)", "audio/mp4"),  # as Safari records
        (rb"....ftyp", "video/mp4"),
        (rb"\x1a\x45\xdf\xa3(?=.*A_(?:OPUS|VORBIS))(?!.*V_[A-Z])", "audio/webm"),
        (rb"\x1a\x45\xdf\xa3", "video/webm"),
        (rb"%PDF-", "application/pdf"),
    )
)
_MOST_SEGMENTS = 1000  # before the frame of a JPEG; cameras write tens
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Size(NamedTuple):
    width: int  # pixels
    height: int


def kind(file: BinaryIO) -> str:
    """The media type that the first bytes tell; UNKNOWN for text and all else."""
    file.seek(0)
    head = file.read(_HEAD)
    return next((kind for beginning, kind in _KINDS if beginning.match(head)), UNKNOWN)


def guess(name: str) -> str:
    """The media type that the name tells, of what is no picture, sound or film by its content."""
    kind = mimetypes.guess_type(name)[0] or UNKNOWN
    return UNKNOWN if kind.startswith("image/") or is_played(kind) else kind


def is_played(kind: str) -> bool:
    return kind.startswith(("audio/", "video/"))


def size(file: BinaryIO) -> Size | None:
    """Of a picture that every browser shows; None for anything else, or one that is broken."""
    measure = _MEASURES.get(kind(file))
    if measure is None:
        return None
    file.seek(0)
    try:
        found = measure(file)
    except (struct.error, IndexError):
        return None
    return found if found and min(found) > 0 else None


def _png(file: BinaryIO) -> Size:
    return Size(*struct.unpack(">16xII", file.read(24)))


def _gif(file: BinaryIO) -> Size:
    return Size(*struct.unpack("<6xHH", file.read(10)))


def _webp(file: BinaryIO) -> Size | None:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    head = file.read(30)
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<26xHH", head)
            return Size(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            (bits,) = struct.unpack("<21xI5x", head)
            return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return Size(*(int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27)))
    return None


def _jpeg(file: BinaryIO) -> Size | None:
    """The first frame header; what comes before it (a camera's remarks) may be long. A picture
    that a camera turned is turned back by the browser, which then corrects the size.
    """
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        mark, code, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF or length < 2:  # noqa: PLR2004  the length counts itself
            return None
        if code in _JPEG_FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return Size(width, height)
        file.seek(length - 2, 1)
    return None


_MEASURES: dict[str, Callable[[BinaryIO], Size | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
