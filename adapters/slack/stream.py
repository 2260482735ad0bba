"""Slack's own text streaming. https://docs.slack.dev/reference/methods/chat.startStream"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack.blocks import Json
from adapters.slack.layout import Layout
from adapters.slack.posts import Posts
from adapters.slack.streaming import Session, Streaming, suits
from adapters.slack.web import Lost, error_code

log = logging.getLogger(__name__)
LONGEST = 240.0  # seconds; Slack ends a stream after 300, even one that is being appended to
_UNFIT = {"invalid_blocks", "invalid_chunks", "msg_too_long", "ratelimited"}  # just this one
_ENDED = "message_not_in_streaming_state"


class Stream:
    """The time in which an answer is written by appending to it, in one message after the other.
    After it, or where it fails, the last one is an ordinary message, to be edited.

    `close` brings a message that is full to what it says in the end.
    """

    def __init__(
        self,
        posts: Posts,
        layout: Layout,
        streaming: Streaming,
        close: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._posts = posts
        self._calls = posts.calls
        self._delivery = posts.delivery
        self._layout = layout
        self._streaming = streaming
        self._close = close
        self.session: Session = ""  # of the agent: a stream opens and closes it
        self._begun = 0.0
        self._sent = ""
        self._ts = self._key = ""
        self._over = not suits(posts.delivery)

    async def write(self, text: str, row: Sequence[Json]) -> bool:
        """Bring the stream to `text`; False if that takes an edit (then the stream has ended)."""
        if self._over or self._streaming.refused:
            return False
        try:
            if not self._ts:
                return await self._start(text, row)
            return await self._go_on(text, row)
        except Lost as error:
            log.warning("a stream was lost: %s", error)
        await self.end()
        return False

    async def _go_on(self, text: str, row: Sequence[Json]) -> bool:
        if self._is_full(text):
            return await self._roll_over(text, row)
        try:
            return await self._append(text)
        except SlackApiError as error:
            code = error_code(error)
        log.info("a stream ended: %s", code)
        if code == _ENDED:
            self.forget()
        if code in {_ENDED, "msg_too_long"}:
            return await self._roll_over(text, row)
        if code == "stopped_by_user":
            await self._streaming.stopped(self._delivery, self._ts)
        await self.end()
        return False

    async def end(self) -> None:
        """Ordinary from here on. Harmless where there is no stream, or Slack has ended it."""
        await self._stop()
        self._over = True

    def forget(self) -> None:
        """Nobody is going to end it."""
        self._streaming.under_way -= bool(self._ts)
        self._ts = ""

    async def _start(self, text: str, row: Sequence[Json]) -> bool:
        """Only with a button: its id is how a stream whose start was lost is found again, as it
        takes no metadata before its end. It comes first, because what is appended comes last.
        """
        words = self._layout.last(text)
        if not words.strip():
            return True
        if not row or len(words) > self._layout.longest or not self._may_start():
            self._over = True
            return False
        chunks: list[Json] = [
            {"type": "blocks", "blocks": [*row]},
            {"type": "markdown_text", "text": words},
        ]
        self._key = str(self._layout.number)
        try:
            self._ts = await self._posts.once(self._key, lambda: self._begin(chunks))
        except SlackApiError as error:
            log.info("Slack refuses a stream, so the answer is edited: %s", error_code(error))
            self._streaming.refused = error_code(error) not in _UNFIT
            self._over = True
            return False
        self._streaming.under_way += 1
        self.session = "open"
        self._sent, self._begun = words, self._streaming.clock()
        return True

    def _may_start(self) -> bool:
        """First words wait for nobody, and no end of a stream for another."""
        limits = self._calls.limits
        return limits.has_room("chat.startStream") and limits.has_room(
            "chat.stopStream", kept=self._streaming.under_way
        )

    async def _begin(self, chunks: Sequence[Json]) -> Any:
        place = self._delivery.place
        return await self._calls(
            "chat.startStream",
            channel=place.channel,
            thread_ts=place.thread,
            recipient_team_id=place.workspace,
            recipient_user_id=self._delivery.author.id.rpartition(":")[2],
            chunks=chunks,
        )

    def _is_full(self, text: str) -> bool:
        age = self._streaming.clock() - self._begun
        return age >= LONGEST or len(self._layout.last(text)) > self._layout.longest

    async def _append(self, text: str) -> bool:
        words = self._layout.last(text)
        if not words.startswith(self._sent):
            await self.end()
            return False
        # Before the call: an append whose answer is lost is not repeated.
        more, self._sent = words[len(self._sent) :], words
        if more:
            await self._delivery.log.intend(self._key)
            await self._calls(
                "chat.appendStream",
                channel=self._delivery.place.channel,
                ts=self._ts,
                chunks=[{"type": "markdown_text", "text": more}],
            )
        return True

    async def _roll_over(self, text: str, row: Sequence[Json]) -> bool:
        await self._stop()
        if not (piece := self._layout.close(text)):
            self._over = True
            return False
        await self._close(self._key, piece)
        return await self._start(text, row)

    async def _stop(self) -> None:
        if not (ts := self._ts):
            return
        self.forget()
        channel, metadata = self._delivery.place.channel, self._posts.metadata(self._key)
        try:
            await self._calls("chat.stopStream", channel=channel, ts=ts, metadata=metadata)
            self.session = "closed"
        except (SlackApiError, Lost) as error:
            log.info("a stream had ended before we stopped it: %s", error)
