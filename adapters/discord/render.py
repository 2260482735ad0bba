"""Screen -> native: an answer in messages that are edited while it grows."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import aiohttp
import discord

from adapters.discord.address import Address
from adapters.discord.rest import Rest, refusal
from adapters.discord.target import Body, Target
from adapters.markup import clean, split
from adapters.pacing import SIGN_AFTER, Frame, Pace, Paces, frames
from bot.commands import button_id
from bot.parts import Button, Notice
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)

EDIT_INTERVAL = 1.2  # seconds in one channel; people observe 5 writes in 5 s
LIMIT = 2000  # characters of a message
_TYPING_LASTS = 8.0  # seconds; Discord shows it for 10
_NOBODY = {"parse": [], "replied_user": False}  # whom a model's words may mention


async def deliver(
    rest: Rest, paces: Paces, delivery: Delivery, address: Address, screen: Screen
) -> None:
    target = Target(rest, delivery, address)
    pace = paces[target.channel]
    answer = Answer(target, delivery, pace)
    try:
        async with (
            typing(rest, _typing_in(delivery, address)) as sign,
            aclosing(frames(screen, pace)) as states,
        ):
            async for frame in states:
                if frame.text:
                    sign.cancel()
                await answer.show(frame)
    except discord.HTTPException as error:
        raise refusal(error) from error


def _typing_in(delivery: Delivery, address: Address) -> str:
    """Where the asker looks: the thread of a new question is not there yet."""
    if address.live and address.kind == "slash":
        return ""  # Discord shows that Parley is thinking
    place = delivery.place
    return place.channel if place.thread == delivery.source else place.thread or place.channel


class Answer:
    def __init__(self, target: Target, delivery: Delivery, pace: Pace) -> None:
        self._target = target
        self._delivery = delivery
        self._log = delivery.log
        self._pace = pace
        self._standing: dict[str, Body] = {}  # what this call knows to stand there
        self._told: set[Notice] = set()
        self._paced = True  # the turn that came with the frame is not used yet

    async def show(self, frame: Frame) -> None:
        self._paced = True
        pieces = split(clean(frame.text), LIMIT)
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            await self._put(str(number), self._body(piece, frame.buttons if last else ()))
        if frame.done and pieces:
            await self._delete_from(len(pieces))
        if frame.done or pieces:
            for notice in frame.notices:
                await self._tell(notice, alone=not pieces)

    async def _put(self, key: str, body: Body) -> None:
        if self._standing.get(key) == body:
            return
        await self._turn()
        known = self._log.known
        if key in known and known[key] is None and (found := await self._find()):
            await self._log.landed(key, found)
        await self._log.intend(key)
        if native_id := self._log.known.get(key):
            await self._target.edit(key, native_id, body)
        else:
            await self._log.landed(key, await self._target.post(key, body))
        self._standing[key] = body

    async def _delete_from(self, number: int) -> None:
        for key, native_id in dict(self._log.known).items():
            if not key.isdigit() or int(key) < number:
                continue
            if native_id:
                await self._turn()
                with suppress(discord.NotFound):  # somebody deleted it before
                    await self._target.delete(native_id)
            await self._log.removed(key)

    async def _tell(self, notice: Notice, *, alone: bool) -> None:
        """Each once, however often the delivery is tried."""
        if notice in self._told or not notice.text.strip():
            return
        self._told.add(notice)
        nonce_key = f"n{len(self._told)}"
        key = f"{self._delivery.nonce}/{nonce_key}"
        known = self._log.known
        if known.get(key) or (key in known and self._target.whispers):
            return
        await self._turn()
        await self._log.intend(key)
        body = self._body(split(clean(notice.text), LIMIT)[0], ())
        await self._log.landed(key, await self._target.notice(nonce_key, body, alone=alone))

    async def _find(self) -> str | None:
        return await self._target.find(set(self._log.known.values()))

    async def _turn(self) -> None:
        if not self._paced:
            await self._pace.turn()
        self._paced = False

    def _body(self, text: str, buttons: tuple[Button, ...]) -> Body:
        row = [_button(button, self._delivery.id) for button in buttons]
        return {
            "content": text,
            "components": [{"type": 1, "components": row}] if row else [],
            "allowed_mentions": _NOBODY,
        }


def _button(button: Button, delivery: str) -> dict[str, Any]:
    return {
        "type": 2,
        "style": 2,
        "label": button.label[:80],
        "custom_id": button_id(button, delivery),
    }


@asynccontextmanager
async def typing(rest: Rest, channel: str) -> AsyncGenerator[asyncio.Task[None], None]:
    """The sign that Parley is at work, until the task is cancelled."""
    task = asyncio.create_task(_type(rest, channel))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _type(rest: Rest, channel: str) -> None:
    try:
        await asyncio.sleep(SIGN_AFTER)
        while channel:
            await rest.call("POST", "/channels/{channel_id}/typing", once=True, channel_id=channel)
            await asyncio.sleep(_TYPING_LASTS)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.info("no typing sign: %s", error)  # the answer itself will tell what is wrong
