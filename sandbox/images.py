"""`POST /v1/images/generations` and `/v1/images/edits`."""

import base64
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from aiohttp import web

from sandbox.answers import Events, answer
from sandbox.call import CALL, Call, estimate, person
from sandbox.engines.choice import CHOICE
from sandbox.engines.engine import Engine
from sandbox.errors import invalid
from sandbox.image_request import ImageRequest, check
from sandbox.image_shelf import shelved
from sandbox.models import Model
from sandbox.pictures import no_picture
from sandbox.requests import convert, decode, form

LARGEST = 50 << 20  # bytes of a picture that is edited
Draw = Callable[[Any, int], Any]  # the sketcher and the picture's number -> the picture


async def generations(call: Call, body: bytes) -> dict[str, Any]:
    """Not streamed; as a line of a batch, too."""
    request = decode(body, ImageRequest)
    return await _whole(call, request, _drawn(request), 0)


async def generate(http: web.Request) -> web.StreamResponse:
    body = await http.read()
    request = decode(body, ImageRequest)
    if not request.stream:
        return answer(await generations(http[CALL], body))
    return await _stream(http, request, _drawn(request), 0, "image_generation")


async def edit(http: web.Request) -> web.StreamResponse:
    found = await form(http, LARGEST)
    request = convert(found.fields, ImageRequest)
    images = [upload.content for upload in found.files.get("image", [])]
    if not 1 <= len(images) <= 16:  # noqa: PLR2004  OpenAI's limit
        raise invalid("image", "Send 1 to 16 images.", "missing_required_parameter")
    masks = found.files.get("mask")
    mask = masks[0].content if masks else None
    size = request.pixels if request.size not in {None, "auto"} else None

    def draw(sketcher: Any, number: int) -> Any:
        return sketcher.edit(images, mask, request.prompt, seed=number, size=size)

    if request.stream:
        return await _stream(http, request, draw, len(images), "image_edit")
    return answer(await _whole(http[CALL], request, draw, len(images)))


def _drawn(request: ImageRequest) -> Draw:
    clear, muted = request.background == "transparent", request.style == "natural"

    def draw(sketcher: Any, number: int) -> Any:
        return sketcher.draw(request.prompt, request.pixels, seed=number, clear=clear, muted=muted)

    return draw


async def _whole(call: Call, request: ImageRequest, draw: Draw, images: int) -> dict[str, Any]:
    engine, model = await _admitted(call, request)
    data = [await _datum(call, engine, request, draw, n) for n in range(request.n)]
    usage = _booked(call, model, request, images)
    told = {} if request.is_dalle else _told(request) | {"usage": usage}
    return {"created": int(time.time()), "data": data} | told


async def _admitted(call: Call, request: ImageRequest) -> tuple[Engine[Any], Model]:
    check(request)
    model = call.admit(request.model, "images", estimate(request.prompt))
    return call.app[CHOICE]["images"], model


async def _datum(
    call: Call, engine: Engine[Any], request: ImageRequest, draw: Draw, number: int
) -> dict[str, Any]:
    content = await _saved(engine, request, await _picture(engine, draw, number))
    datum: dict[str, Any] = {}
    if request.is_dalle and request.response_format != "b64_json":
        datum["url"] = shelved(call, content, request.kind)
    else:
        datum["b64_json"] = base64.b64encode(content).decode()
    if request.model == "dall-e-3":
        datum["revised_prompt"] = f"A sketch by the sandbox, without a model, of: {request.prompt}"
    return datum


async def _picture(engine: Engine[Any], draw: Draw, number: int) -> Any:
    try:
        return await engine.run(lambda sketcher: draw(sketcher, number))
    except OSError:
        raise no_picture("image") from None
    except ValueError as error:
        raise invalid("mask", str(error)) from None


async def _saved(engine: Engine[Any], request: ImageRequest, picture: Any) -> bytes:
    compression = 100 if request.output_compression is None else request.output_compression
    content: bytes = await engine.run(
        lambda sketcher: sketcher.saved(picture, request.kind, compression)
    )
    return content


def _told(request: ImageRequest) -> dict[str, Any]:
    width, height = request.pixels
    return {
        "size": f"{width}x{height}",
        "quality": request.rated,
        "background": "transparent" if request.background == "transparent" else "opaque",
        "output_format": request.kind,
    }


def _booked(call: Call, model: Model, request: ImageRequest, images: int) -> dict[str, Any]:
    counts: dict[str, float] = {"images": request.n}
    if request.is_dalle:
        width, height = request.pixels
        counts[f"{width}x{height} {request.rated}"] = request.n
        call.book(model, counts, person(request))
        return {}
    words, seen = estimate(request.prompt), 323 * images  # what OpenAI's models read of a picture
    made = request.tokens * request.n
    call.book(model, counts | {"input": words, "image": seen, "output": made}, person(request))
    return {
        "input_tokens": words + seen,
        "input_tokens_details": {"text_tokens": words, "image_tokens": seen},
        "output_tokens": made,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": made},
        "total_tokens": words + seen + made,
    }


async def _stream(
    http: web.Request, request: ImageRequest, draw: Draw, images: int, kind: str
) -> web.StreamResponse:
    if request.n != 1:
        raise invalid("n", "Streaming makes one picture: n is 1.")
    engine, model = await _admitted(http[CALL], request)
    picture = await _picture(engine, draw, 0)
    async with Events(http) as events:
        base = {"created_at": int(time.time())} | _told(request)
        async for number, part in _parts(engine, request, picture):
            name = f"{kind}.partial_image"
            told = {"type": name, "partial_image_index": number, "b64_json": part}
            await events.send(base | told, name)
        content = await _saved(engine, request, picture)
        usage = _booked(http[CALL], model, request, images)
        whole = base64.b64encode(content).decode()
        event = {"type": f"{kind}.completed", "b64_json": whole, "usage": usage} | base
        await events.send(event, f"{kind}.completed")
    return events.response


async def _parts(
    engine: Engine[Any], request: ImageRequest, picture: Any
) -> AsyncGenerator[tuple[int, str], None]:
    count = request.partial_images or 0
    stages = engine.iterate(lambda sketcher: sketcher.stages(picture, count))
    number = 0
    async for stage in stages:
        yield number, base64.b64encode(await _saved(engine, request, stage)).decode()
        number += 1
