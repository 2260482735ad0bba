"""Screen -> native: an answer in messages that are edited while it grows."""

import logging
from contextlib import aclosing, suppress

import aiohttp
import discord

from adapters.discord.address import Address
from adapters.discord.answer import Answer
from adapters.discord.refusals import refusal
from adapters.discord.rest import Rest
from adapters.discord.sign import Signs
from adapters.discord.target import Target
from adapters.discord.terms import Terms
from adapters.pacing import AGAIN, Paces, frames
from bot.errors import Undeliverable
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)

EDIT_INTERVAL = 1.2  # seconds in one channel; people observe 5 writes in 5 s


async def deliver(  # noqa: PLR0913  three are the process's, three the answer's
    rest: Rest,
    paces: Paces,
    signs: Signs,
    *,
    delivery: Delivery,
    address: Address,
    screen: Screen,
) -> None:
    target = Target(rest, delivery, address)
    guild = "" if address.outside else delivery.place.workspace
    terms = Terms(rest, guild, voice=not target.private)
    pace = paces[target.pace]
    answer = Answer(target, terms, delivery, pace)
    try:
        with signs.typing(_typing_in(delivery, address)) as end_of_sign:
            async with aclosing(frames(screen, pace, AGAIN)) as states:
                async for frame in states:
                    if screen.visible or frame.done:
                        end_of_sign()
                    await answer.show(frame)
    except discord.HTTPException as error:
        failure = refusal(error, terms.said)
        if isinstance(failure, Undeliverable):
            await _apologise(answer, failure)
        raise failure from error


def _typing_in(delivery: Delivery, address: Address) -> str:
    """Where the asker looks: the thread of a new question is not there yet."""
    place = delivery.place
    if address.outside or (address.live and address.kind == "slash"):
        return ""  # Discord shows that Parley is thinking
    if address.mode != "thread" or place.thread == delivery.source:
        return place.channel
    return place.thread or place.channel


async def _apologise(answer: Answer, failure: Undeliverable) -> None:
    """To the asker alone, who else would wait for ever."""
    with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        await answer.apologise(failure.sentence)
