"""What is asked of an image model, and what it answers."""

from collections.abc import Sequence

import msgspec

from bot.openai.endpoint import Request
from bot.openai.uploads import Upload
from bot.openai.usage import Usage


class ImageRequest(Request, frozen=True, kw_only=True):
    prompt: str
    n: int | None = None
    size: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    response_format: str | None = None  # url or b64_json; both are understood
    partial_images: int | None = None  # of a stream
    input_fidelity: str | None = None  # of an edit


class EditRequest(ImageRequest, frozen=True, kw_only=True):
    image: tuple[Upload, ...]
    mask: Upload | None = None  # its clear parts are painted anew


class Picture(msgspec.Struct, frozen=True):
    """See `Images.content`. `partial`: the number of one that is not finished."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None
    partial: int | None = None
    usage: Usage | None = None  # of a stream, with its last
    quality: str | None = None  # as it was chosen, where the server tells


class Pictures(msgspec.Struct, frozen=True):
    """Size, quality and format as they were chosen, where the server tells."""

    pictures: Sequence[Picture]
    usage: Usage | None = None
    size: str | None = None
    quality: str | None = None
    output_format: str | None = None
