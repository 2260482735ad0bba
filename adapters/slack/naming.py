"""What files are called on Slack: their names, titles and descriptions."""

import re
from pathlib import Path

from adapters import markup
from adapters.slack import escapes
from bot.parts import Image, Media, Voice

_NAME = 150  # characters
_HEAD = 16  # bytes that tell what a file is
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\<>]+")
_PLAYED = (  # how sound begins, and the ending by which Slack knows that it can play it
    (re.compile(b"OggS"), ".ogg"),
    (re.compile(b"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"), ".mp3"),
    (re.compile(b"....ftyp", re.DOTALL), ".m4a"),
    (re.compile(b"RIFF....WAVE", re.DOTALL), ".wav"),
    (re.compile(b"fLaC"), ".flac"),
)


def name(media: Media) -> str:
    """As it can stand in a sentence too."""
    return _UNFIT.sub("_", markup.clean(media.name)).strip()[-_NAME:] or "file"


def names(*media: Media) -> str:
    return ", ".join(f"“{name(each)}”" for each in media)


def alternative(media: Media) -> str:
    """What to read instead of the picture."""
    return escapes.harmless(media.alt).strip() if isinstance(media, Image) else ""


def title(media: Media, *, described: bool) -> str:
    """What a picture shows stands in it, where it is not `described` otherwise."""
    if isinstance(media, Voice):
        return Path(name(media)).stem
    return ("" if described else alternative(media)[:_NAME]) or name(media)


def playable(voice: Voice) -> str:
    """Its name, with the ending of what it is. Reads the file."""
    head = _head(voice.content)
    path = Path(name(voice))
    return next((path.stem + ending for kind, ending in _PLAYED if kind.match(head)), path.name)


def _head(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[:_HEAD]
    with content.open("rb") as file:
        return file.read(_HEAD)
