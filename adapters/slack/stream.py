"""Slack's own text streaming, for answers in direct messages.

Not in channels: there only one recipient sees the text grow, everybody else sees its first words
until it ends, and many workspaces refuse it (`channel_type_not_supported`).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.posts import Json, Posts
from adapters.slack.web import Lost, asked, error_code
from bot.events import Stop
from bot.parts import Button
from bot.ports import Accept, Delivery

log = logging.getLogger(__name__)
LONGEST = 240.0  # seconds; Slack ends a stream after 300, even one that is being appended to
LIMIT = 11_000  # characters; Slack takes 12,000 a call


@dataclass
class Streaming:
    """What is known of streaming in this workspace, for all its answers."""

    refused: bool = False
    accept: Accept | None = None  # hears of a stream that a person stopped
    clock: Callable[[], float] = time.monotonic


class Stream:
    """The time in which the first message of an answer is written by appending to it. After it,
    or where it fails, the message is an ordinary one, to be edited.
    """

    def __init__(
        self, web: AsyncWebClient, delivery: Delivery, posts: Posts, streaming: Streaming
    ) -> None:
        self._web = web
        self._delivery = delivery
        self._posts = posts
        self._streaming = streaming
        self._begun = 0.0
        self._sent = ""
        self._ts = ""
        self._has_buttons = False
        self._over = not suits(delivery)
        self._recipient: Json = {
            "channel": delivery.place.channel,
            "thread_ts": delivery.place.thread,
            "recipient_team_id": delivery.place.workspace,
            "recipient_user_id": delivery.author.id.rpartition(":")[2],
        }

    async def write(self, text: str, buttons: tuple[Button, ...]) -> bool:
        """Bring the stream to `text`; False if that takes an edit (then the stream has ended)."""
        if self._over or self._streaming.refused:
            return False
        try:
            if not self._ts:
                return await self._start(text, buttons)
            if self._can_take(text):
                return await self._append(text, buttons)
        except SlackApiError as error:
            log.info("a stream ended: %s", error_code(error))
            if error_code(error) == "stopped_by_user":
                await self._stopped()
        except Lost as error:
            log.warning("a stream was lost: %s", error)
        await self.end()
        return False

    async def end(self) -> None:
        """Ordinary from here on. Harmless where there is no stream, or Slack has ended it."""
        if self._ts and not self._over:
            await self._stop()
        self._over = True

    async def _start(self, text: str, buttons: tuple[Button, ...]) -> bool:
        if len(text) > LIMIT:
            self._over = True
            return False
        chunks = self._chunks(text, buttons)
        try:
            self._ts = await self._posts.once("0", lambda: self._begin(chunks))
        except SlackApiError as error:
            log.info("Slack refuses to stream, so answers are edited: %s", error_code(error))
            self._streaming.refused = True
            return False
        self._sent, self._begun = text, self._streaming.clock()
        return True

    async def _begin(self, chunks: list[Json]) -> Any:
        return await asked(self._web.chat_startStream(**self._recipient, chunks=chunks))

    def _can_take(self, text: str) -> bool:
        age = self._streaming.clock() - self._begun
        return age < LONGEST and len(text) <= LIMIT and text.startswith(self._sent)

    async def _append(self, text: str, buttons: tuple[Button, ...]) -> bool:
        chunks = self._chunks(text[len(self._sent) :], buttons)
        self._sent = text  # before the call: an append whose answer is lost is not repeated
        if chunks:
            channel = self._recipient["channel"]
            await self._delivery.log.intend("0")
            await asked(self._web.chat_appendStream(channel=channel, ts=self._ts, chunks=chunks))
        return True

    def _chunks(self, text: str, buttons: tuple[Button, ...]) -> list[Json]:
        """The buttons come first because what is appended comes last. Their ids are how a stream
        whose start was lost is found again: it takes no metadata before its end.
        """
        chunks: list[Json] = [{"type": "markdown_text", "text": text}] if text else []
        if buttons and not self._has_buttons:
            self._has_buttons = True
            chunks.insert(0, {"type": "blocks", "blocks": self._posts.actions(buttons)})
        return chunks

    async def _stopped(self) -> None:
        """Somebody pressed Slack's own stop button: the same as ours."""
        if self._streaming.accept is None:
            return
        delivery = self._delivery
        stop = Stop(
            id=f"{delivery.place.platform}:{delivery.place.workspace}:{self._ts}:stopped",
            place=delivery.place,
            author=delivery.author,
            at=time.time(),
            delivery=delivery.id,
        )
        await self._streaming.accept(stop)

    async def _stop(self) -> None:
        channel, metadata = self._recipient["channel"], self._posts.metadata("0")
        try:
            await asked(self._web.chat_stopStream(channel=channel, ts=self._ts, metadata=metadata))
        except (SlackApiError, Lost) as error:
            log.info("a stream had ended before we stopped it: %s", error)


def suits(delivery: Delivery) -> bool:
    """An answer that is begun anew, to one person."""
    direct = delivery.place.channel.startswith("D") and delivery.place.thread != ""
    return direct and "0" not in delivery.log.known
