"""A Screen on Slack, until it is done."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters import markup
from adapters.pacing import Frame, Pace, frames
from adapters.slack import escapes
from adapters.slack.posts import Piece, Posts
from adapters.slack.stream import LIMIT, Stream, Streaming, suits
from adapters.slack.turns import APPEND, EDIT, Turns
from adapters.slack.web import Lost, asked, error_code
from adapters.slack.whisper import whisper
from bot.errors import Undeliverable
from bot.parts import Notice
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)
_LEAST = 1_000  # characters; a message that is refused as too long is cut down to this
# Posts at once into one channel. Slack takes a burst; after it one a second, and these wait for it.
_AT_ONCE = 4
_TOO_LONG = {"msg_too_long", "msg_blocks_too_long"}


@dataclass
class Workspace:
    """What all answers in it share."""

    web: AsyncWebClient
    streaming: Streaming = field(default_factory=Streaming)
    edit: float = EDIT
    append: float = APPEND
    shows_status: bool = True
    posting: WeakValueDictionary[str, asyncio.Semaphore] = field(
        default_factory=WeakValueDictionary
    )

    def __post_init__(self) -> None:
        self._edits, self._appends = Pace(self.edit), Pace(self.append)

    def turns(self, delivery: Delivery, screen: Screen) -> Turns:
        if suits(delivery) and not self.streaming.refused:
            return Turns(screen, self._appends, self.append)
        return Turns(screen, self._edits, self.edit)


async def deliver(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    """The adapter's `deliver`."""
    try:
        await (_privately if delivery.private else _publicly)(workspace, delivery, screen)
    except Undeliverable as error:
        if delivery.address:  # works where Parley is not in the channel
            await whisper(workspace.web, delivery, "undeliverable", error.sentence)
        raise


async def _publicly(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    answer = Answer(workspace, delivery)
    async with aclosing(frames(screen, workspace.turns(delivery, screen))) as states:
        async for state in states:
            await answer.show(state)


async def _privately(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    while not screen.done:
        await screen.changed()
    texts = [screen.text, *(notice.text for notice in screen.notices)]
    for number, text in enumerate(filter(None, texts)):
        if not await whisper(workspace.web, delivery, str(number), text):
            raise Undeliverable("Slack does not let Parley answer you privately here.")


class Answer:
    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery
        gate = workspace.posting.setdefault(delivery.place.channel, asyncio.Semaphore(_AT_ONCE))
        self._posts = Posts(workspace.web, delivery, gate)
        self._stream = Stream(workspace.web, delivery, self._posts, workspace.streaming)
        self._before = set(self._posts.standing)
        self._status = ""
        self._told: set[Notice] = set()
        self._shown: dict[str, Piece] = {}
        self._limit = LIMIT

    async def show(self, frame: Frame) -> None:
        for notice in frame.notices:
            await self._tell(notice)
        # Without words the answer that stood stays: it is being made again.
        if frame.text.strip():
            await self._show_text(escapes.harmless(frame.text), frame)
        await self._show_status(frame.status)

    async def _show_text(self, text: str, frame: Frame) -> None:
        if not frame.done and await self._stream.write(text, frame.buttons):
            return
        await self._stream.end()
        try:
            await self._show_pieces(markup.split(text, self._limit), frame)
        except SlackApiError as error:
            if error_code(error) not in _TOO_LONG or self._limit <= _LEAST:
                raise
            self._limit = max(_LEAST, self._limit // 2)
            await self._show_text(text, frame)

    async def _show_pieces(self, texts: list[str], frame: Frame) -> None:
        for number, text in enumerate(texts):
            last = number == len(texts) - 1
            await self._show_piece(str(number), Piece(text, frame.buttons if last else ()))
        if frame.done:
            await self._delete_from(len(texts))

    async def _show_piece(self, key: str, piece: Piece) -> None:
        if self._shown.get(key) == piece:
            return
        if ts := self._posts.standing.get(key) or await self._posts.found(key):
            await self._posts.edit(key, ts, piece)
        else:
            await self._posts.post(key, piece)
        self._shown[key] = piece

    async def _delete_from(self, number: int) -> None:
        for key, ts in self._posts.standing.items():
            if int(key) >= number:
                await self._posts.delete(key, ts)

    async def _tell(self, notice: Notice) -> None:
        if notice in self._told:
            return
        self._told.add(notice)
        web, key = self._workspace.web, f"{notice.key}:{len(self._told)}"
        if not await whisper(web, self._delivery, key, notice.text):
            await self._posts.post(f"notice:{key}", Piece(escapes.harmless(notice.text)))

    async def _show_status(self, status: str) -> None:
        """A sign and no more: where it cannot be shown, the answer comes all the same."""
        place = self._delivery.place
        if status == self._status or not place.thread or not self._workspace.shows_status:
            return
        self._status = status
        if not status and self._posts.standing.keys() - self._before:
            return  # Slack takes the sign away itself when we post
        try:
            await asked(
                self._workspace.web.assistant_threads_setStatus(
                    channel_id=place.channel, thread_ts=place.thread, status=status
                )
            )
        except SlackApiError as error:
            self._workspace.shows_status = False
            log.warning("Slack shows no status of Parley's: %s", error_code(error))
        except (Undeliverable, Lost) as error:
            log.info("a status was not shown: %s", error)
