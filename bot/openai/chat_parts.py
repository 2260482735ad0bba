"""What a message to a chat model can be made of."""

import base64
from typing import ClassVar, TypeAlias

import msgspec


class TextPart(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    kind: ClassVar[str] = "text"

    text: str


class _Link(msgspec.Struct, frozen=True, omit_defaults=True):
    url: str
    detail: str | None = None  # low, high, auto, original


class PicturePart(msgspec.Struct, frozen=True, tag_field="type", tag="image_url"):
    kind: ClassVar[str] = "image_url"

    image_url: _Link

    @classmethod
    def at(cls, url: str, detail: str | None = None) -> "PicturePart":
        return cls(_Link(url, detail))

    @classmethod
    def of(cls, content: bytes, media_type: str, detail: str | None = None) -> "PicturePart":
        return cls(_Link(_data_url(content, media_type), detail))


class _File(msgspec.Struct, frozen=True, omit_defaults=True):
    filename: str | None = None
    file_data: str | None = None
    file_id: str | None = None


class FilePart(msgspec.Struct, frozen=True, tag_field="type", tag="file"):
    kind: ClassVar[str] = "file"

    file: _File

    @classmethod
    def uploaded(cls, file_id: str) -> "FilePart":
        return cls(_File(file_id=file_id))

    @classmethod
    def of(cls, name: str, content: bytes, media_type: str) -> "FilePart":
        return cls(_File(name, _data_url(content, media_type)))


class _Sound(msgspec.Struct, frozen=True):
    data: str
    format: str


class SoundPart(msgspec.Struct, frozen=True, tag_field="type", tag="input_audio"):
    kind: ClassVar[str] = "input_audio"

    input_audio: _Sound

    @classmethod
    def of(cls, content: bytes, format_: str) -> "SoundPart":
        """`format_`: wav or mp3."""
        return cls(_Sound(base64.b64encode(content).decode(), format_))


Part: TypeAlias = TextPart | PicturePart | FilePart | SoundPart


def _data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
