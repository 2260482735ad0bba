"""From a request to pictures: in one call as they are painted, or in as many as it takes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from msgspec.structs import replace

from bot.errors import ParleyError
from bot.openai.catalogue import Model
from bot.openai.image_types import ImageRequest, Picture
from bot.side_by_side import side_by_side
from bot.spending.door import Charged

PARTIALS = 2  # pictures that are not finished, for who watches; unless another number is asked for
TOGETHER = 4  # calls at once, of a model that paints one picture a call


def calls(model: Model, request: ImageRequest) -> list[ImageRequest]:
    """As many as the model needs for `n`: one, or one a picture."""
    number = request.n or 1
    if number == 1:
        return [replace(request, n=None)]
    unseen = replace(request, partial_images=None)
    if model.ranges.get("n", (1, number))[1] == 1:
        return [replace(unseen, n=None)] * number
    return [unseen]


def previews(request: ImageRequest) -> int:
    return PARTIALS if request.partial_images is None else request.partial_images


async def paint(
    charged: Charged, model: Model, request: ImageRequest
) -> AsyncGenerator[Picture | ParleyError, None]:
    """Partial pictures come of one alone. An error is that of one call of several; all others are
    raised. Raises Refused, OpenAIError.
    """
    first, *others = calls(model, request)
    if others:
        asked = [partial(_one, charged, each) for each in (first, *others)]
        async with aclosing(side_by_side(asked, TOGETHER)) as painted:
            async for _, picture in painted:
                yield picture
    elif first.n:
        for picture in (await charged.imagine(first)).pictures:
            yield picture
    else:
        watched = replace(first, partial_images=previews(first))
        async with aclosing(charged.imagining(watched)) as pictures:
            async for picture in pictures:
                yield picture


async def _one(charged: Charged, request: ImageRequest) -> Picture | ParleyError:
    """An error is an answer too: the other pictures are paid."""
    try:
        return (await charged.imagine(request)).pictures[0]
    except ParleyError as error:
        return error
