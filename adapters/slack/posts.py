"""One answer's messages on Slack: posted once each whatever gets lost, edited in place, found
again after a crash.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import escapes
from adapters.slack.web import Lost, asked, error_code
from bot.commands import button_id
from bot.errors import Undeliverable
from bot.parts import Button
from bot.ports import Delivery

log = logging.getLogger(__name__)
Json = dict[str, Any]
EVENT_TYPE = "parley_reply"
_ATTEMPTS = 3  # to post one message whose post was lost and cannot be found


class Piece(NamedTuple):
    """What one message says: Markdown of at most 12,000 characters, and its buttons."""

    markdown: str
    buttons: tuple[Button, ...] = ()


class Posts:
    def __init__(self, web: AsyncWebClient, delivery: Delivery, gate: asyncio.Semaphore) -> None:
        self._web = web
        self._delivery = delivery
        self._gate = gate
        self._place: Json = {"channel": delivery.place.channel}
        self._history_of = dict(self._place)
        if delivery.place.thread:
            self._place["thread_ts"] = self._history_of["ts"] = delivery.place.thread

    @property
    def standing(self) -> dict[str, str]:
        """The messages of the answer: key -> ts."""
        return {key: ts for key, ts in self._delivery.log.known.items() if key.isdigit() and ts}

    async def post(self, key: str, piece: Piece) -> str:
        body = self._body(key, piece)
        return await self.once(
            key, lambda: asked(self._web.chat_postMessage(**self._place, **body))
        )

    async def once(self, key: str, send: Callable[[], Awaitable[Any]]) -> str:
        """The ts of the message that `send` posts, or has posted when its answer was lost."""
        async with self._gate:
            await self._delivery.log.intend(key)
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    ts = str((await send())["ts"])
                    break
                except Lost as error:
                    log.warning("a post was lost, looking for it: %s", error)
                    if found := await self.found(key):
                        return found
                    if attempt == _ATTEMPTS:
                        raise
            await self._delivery.log.landed(key, ts)
            return ts

    async def found(self, key: str) -> str | None:
        """The message with this key, if it was intended and nobody knew whether it landed."""
        if self._delivery.log.known.get(key, "") is not None:
            return None
        try:
            async for message in self._history():
                if self._is(message, key):
                    ts = str(message["ts"])
                    await self._delivery.log.landed(key, ts)
                    return ts
        except SlackApiError as error:
            # Without the history scopes a second post is better than none.
            log.warning("cannot look for a lost post: %s", error_code(error))
        return None

    async def edit(self, key: str, ts: str, piece: Piece) -> None:
        channel, body = self._place["channel"], self._body(key, piece)
        await self._delivery.log.intend(key)
        try:
            await asked(self._web.chat_update(channel=channel, ts=ts, **body))
        except SlackApiError as error:
            if error_code(error) != "streaming_state_conflict":
                raise
            # A stream that an attempt before this one left open.
            await asked(self._web.chat_stopStream(channel=channel, ts=ts))
            await asked(self._web.chat_update(channel=channel, ts=ts, **body))

    async def delete(self, key: str, ts: str) -> None:
        try:
            await asked(self._web.chat_delete(channel=self._place["channel"], ts=ts))
        except Undeliverable as error:
            log.info("a message to delete was gone already: %s", error)
        except SlackApiError as error:
            return log.warning("cannot delete a message: %s", error_code(error))
        return await self._delivery.log.removed(key)

    def actions(self, buttons: tuple[Button, ...]) -> list[Json]:
        ids = [(button.label, button_id(button, self._delivery.id)) for button in buttons]
        elements = [
            {"type": "button", "action_id": name, "value": name,
             "text": {"type": "plain_text", "text": label[:75], "emoji": True}}
            for label, name in ids
        ]  # fmt: skip
        return [{"type": "actions", "elements": elements}] if elements else []

    def metadata(self, key: str) -> Json:
        payload = {"nonce": self._delivery.nonce, "key": key}
        return {"event_type": EVENT_TYPE, "event_payload": payload}

    def _body(self, key: str, piece: Piece) -> Json:
        """`text` is for notifications, search and screen readers; the blocks are what is shown."""
        return {
            "text": escapes.escaped(piece.markdown),
            "blocks": [
                {"type": "markdown", "text": piece.markdown},
                *self.actions(piece.buttons),
            ],
            "metadata": self.metadata(key),
        }

    async def _history(self) -> AsyncIterator[Json]:
        """What was said in the place since the question; without one, the last 200 messages."""
        source = self._delivery.source or None
        page: Json = {**self._history_of, "include_all_metadata": True, "limit": 200}
        method = "conversations.replies" if "ts" in page else "conversations.history"
        if source:
            page["oldest"] = source
        first = await asked(self._web.api_call(method, http_verb="GET", params=page))
        async for answer in first:
            for message in answer["messages"]:
                yield message
            if not source:
                return

    def _is(self, message: Json, key: str) -> bool:
        """Ours by its metadata, or (a native stream takes none) by its button's id."""
        if (metadata := message.get("metadata")) and metadata.get("event_type") == EVENT_TYPE:
            return bool(metadata["event_payload"] == self.metadata(key)["event_payload"])
        ids = {
            str(element.get("action_id", "")).rpartition(":")[2]
            for block in message.get("blocks", ())
            for element in block.get("elements", ())
        }
        return self._delivery.id in ids and message["ts"] not in self.standing.values()
