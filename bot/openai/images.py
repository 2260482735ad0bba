"""Images: `POST /images/generations` and `/images/edits`, whole and as they are painted."""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from bot.openai.calls import SLOW
from bot.openai.catalogue import Catalogue
from bot.openai.endpoint import Endpoint
from bot.openai.errors import ContentRefused, Malformed, StreamCut
from bot.openai.image_types import EditRequest, ImageRequest, Picture, Pictures
from bot.openai.meter import Meter
from bot.openai.stream import Stream
from bot.openai.transport import Answer, Transport
from bot.openai.usage import Usage, WireUsage, used
from bot.openai.wire import event_reader, reader

__all__ = ["EditRequest", "ImageRequest", "Images", "Picture", "Pictures"]

LARGEST = 2**26  # bytes of one picture, in base64 too


class _Data(msgspec.Struct):
    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class _Images(msgspec.Struct):
    data: list[_Data]
    usage: WireUsage | None = None
    size: str | None = None
    quality: str | None = None
    output_format: str | None = None


class _Event(msgspec.Struct):
    type: str
    b64_json: str | None = None
    partial_image_index: int | None = None
    usage: WireUsage | None = None
    quality: str | None = None


_read, _read_event = reader(_Images), event_reader(_Event)
# A server that knows no streams answers whole; one that knows no base64 gives addresses.
_OTHERWISE = {"stream": None, "partial_images": None, "response_format": None}


class Images:
    """Every method raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._transport = transport
        self._endpoints = {
            kind: Endpoint(transport, catalogue, path, "images", _OTHERWISE, patience=SLOW)
            for kind, path in ((ImageRequest, "images/generations"), (EditRequest, "images/edits"))
        }

    async def create(self, request: ImageRequest, meter: Meter) -> Pictures:
        """An EditRequest edits."""
        endpoint = self._endpoints[type(request)]
        return await endpoint.fetch(request, meter, _pictures, **_files(request))

    async def stream(self, request: ImageRequest, meter: Meter) -> AsyncGenerator[Picture, None]:
        """Partial pictures, where the model paints so, and the finished ones."""
        endpoint = self._endpoints[type(request)]
        if not endpoint.model(request).streams:
            whole = msgspec.structs.replace(request, partial_images=None)
            for picture in _last(await self.create(whole, meter)):
                yield picture
            return
        stream = await endpoint.open(request, meter, stream=True, **_files(request))
        async with aclosing(stream), aclosing(_events(stream)) as pictures:
            try:
                async for picture in pictures:
                    yield picture
            except ContentRefused as error:  # what its rules keep back is not charged
                error.may_have_run = False
                await meter.failed(error)
                raise

    async def content(self, picture: Picture) -> bytes:
        """Raises OpenAIError."""
        if picture.url:
            return await self._transport.public(picture.url, LARGEST)
        if not picture.b64_json:
            raise Malformed("a picture without content", may_have_run=True)
        try:
            return await asyncio.to_thread(base64.b64decode, picture.b64_json, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"a picture: {error}", may_have_run=True) from error


def _files(request: ImageRequest) -> dict[str, Any]:
    """One picture goes by the name that servers of one picture know."""
    if isinstance(request, EditRequest) and len(request.image) == 1:
        return {"image": request.image[0]}
    return {}


def _pictures(answer: Answer) -> Pictures:
    found = _read(answer)
    pictures = tuple(
        Picture(one.b64_json, one.url, one.revised_prompt, quality=found.quality)
        for one in found.data
    )
    if not all(picture.b64_json or picture.url for picture in pictures) or not pictures:
        raise Malformed("no picture", headers=answer.headers, may_have_run=True)
    return Pictures(pictures, _usage(found.usage), found.size, found.quality, found.output_format)


def _last(found: Pictures) -> Sequence[Picture]:
    *others, last = found.pictures
    return (*others, msgspec.structs.replace(last, usage=found.usage))


def _usage(wire: WireUsage | None) -> Usage | None:
    """What these models put out is pictures, unless they say how much of it is not."""
    usage = used(wire)
    if usage is None or usage.picture_completion:
        return usage
    return msgspec.structs.replace(usage, picture_completion=usage.completion)


async def _events(stream: Stream) -> AsyncGenerator[Picture, None]:
    if not stream.is_events:
        for picture in _last(_pictures(await stream.rest())):
            yield picture
        return
    finished = False
    async with aclosing(stream.events(LARGEST)) as events:
        async for event in events:
            painted = _painted(event.data, stream)
            if painted and painted.partial is None:
                finished, stream.usage = True, painted.usage
            if painted:
                yield painted
    if not finished:
        raise StreamCut("no finished picture", headers=stream.headers, may_have_run=True)


def _painted(data: bytes, stream: Stream) -> Picture | None:
    """None: an event of a kind that is not known."""
    event = _read_event(data, stream.headers)
    if event.type.endswith(".partial_image"):
        return Picture(event.b64_json, partial=event.partial_image_index or 0)
    if event.type.endswith(".completed"):
        return Picture(event.b64_json, usage=_usage(event.usage), quality=event.quality)
    return None
