"""What Discord offers while somebody fills in an option: asked at each key, answered at once."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.discord.interactions import named
from adapters.discord.places import Places
from adapters.discord.receive import author
from adapters.discord.responses import Responses
from adapters.markup import clean
from bot.commands import Choice, Suggest, Typing

log = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds, of the 3 that Discord waits
_KINDS: Mapping[int, type] = {4: int, 10: float}  # Discord's numbers; all others are text


async def answer(
    native: discord.Interaction, suggest: Suggest, places: Places, responses: Responses
) -> None:
    data: dict[str, Any] = dict(native.data or {})
    command, options = named(data)
    focused = next((option for option in options if option.get("focused")), None)
    if focused is None:
        return
    typing = Typing(
        author=author(native.user),
        place=places.of(native.guild, native.channel).place,
        command=command,
        option=focused["name"],
        text=clean(str(focused.get("value", ""))),
        chosen={
            other["name"]: clean(str(other["value"]))
            for other in options
            if other is not focused and "value" in other
        },
    )
    found = await _found(suggest, typing)
    await responses.suggest(native, found, _KINDS.get(focused["type"], str))


async def _found(suggest: Suggest, typing: Typing) -> Sequence[Choice]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await suggest(typing)
    except TimeoutError:
        log.warning("nothing was suggested for %s of /%s in time", typing.option, typing.command)
        return ()
