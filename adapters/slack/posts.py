"""One answer's messages on Slack: posted once each whatever gets lost, edited in place, found
again after a crash.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from slack_sdk.errors import SlackApiError

from adapters.slack.blocks import Content, Json, written
from adapters.slack.calls import Calls
from adapters.slack.web import Lost, error_code
from bot.errors import Undeliverable
from bot.ports import Delivery

log = logging.getLogger(__name__)
EVENT_TYPE = "parley_reply"
GONE = "message_not_found"
_ATTEMPTS = 3  # to post one message whose post was lost and cannot be found
_FIXED = {"edit_window_closed", "cant_update_message"}  # by a rule of the workspace, or too old


class Posts:
    def __init__(self, calls: Calls, delivery: Delivery) -> None:
        self.calls = calls
        self.delivery = delivery
        if self.standing:
            self.begin_thread(min(self.standing.values(), key=float))

    @property
    def standing(self) -> dict[str, str]:
        """The messages of the answer: key -> ts."""
        known = self.delivery.log.known
        return {key: ts for key, ts in known.items() if ts and ts[0].isdigit()}

    def begin_thread(self, ts: str) -> None:
        """An answer on the top level, to a slash command, is the root of a conversation."""
        if not (self.delivery.place.thread or self.delivery.flat):
            self.delivery.place = msgspec.structs.replace(self.delivery.place, thread=ts)

    async def put(self, key: str, content: Content) -> None:
        """Post it, or bring what stands there to it."""
        if ts := self.standing.get(key) or await self.found(key):
            await self._edit(key, ts, content)
        else:
            await self._post(key, content)

    async def once(self, key: str, send: Callable[[], Awaitable[Any]]) -> str:
        """The ts of the message that `send` posts, or has posted when its answer was lost."""
        await self.delivery.log.intend(key)
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
        await self._landed(key, ts)
        return ts

    async def found(self, key: str) -> str | None:
        """The message with this key, if it was intended and nobody knew whether it landed."""
        if self.delivery.log.known.get(key, "") is not None:
            return None
        try:
            async for message in self._history():
                if self._is(message, key):
                    ts = str(message["ts"])
                    await self._landed(key, ts)
                    return ts
        except SlackApiError as error:
            # Without the history scopes a second post is better than none.
            log.warning("cannot look for a lost post: %s", error_code(error))
        return None

    async def delete(self, key: str) -> None:
        if ts := self.standing.get(key) or await self.found(key):
            await self._erase(ts)
        await self.delivery.log.removed(key)

    async def _erase(self, ts: str) -> None:
        """A workspace that must keep its messages lets none be deleted: then without the words."""
        where = {"channel": self.delivery.place.channel, "ts": ts}
        try:
            try:
                await self.calls("chat.delete", **where)
            except SlackApiError as error:
                log.warning("cannot delete a message: %s", error_code(error))
                await self.calls("chat.update", **where, **written("_Deleted._")._asdict())
        except Undeliverable as error:
            log.info("a message to delete was gone already: %s", error)
        except SlackApiError as error:
            log.warning("cannot empty a message: %s", error_code(error))

    def metadata(self, key: str) -> Json:
        payload = {"nonce": self.delivery.nonce, "key": key}
        return {"event_type": EVENT_TYPE, "event_payload": payload}

    async def _post(self, key: str, content: Content) -> str:
        place = self.delivery.place
        where = {"channel": place.channel} | ({"thread_ts": place.thread} if place.thread else {})
        body = content._asdict() | {"metadata": self.metadata(key)}
        return await self.once(key, lambda: self.calls("chat.postMessage", **where, **body))

    async def _edit(self, key: str, ts: str, content: Content) -> None:
        await self.delivery.log.intend(key)
        try:
            await self._update(key, ts, content)
        except Undeliverable as error:
            if said(error) == GONE:
                await self.delivery.log.removed(key)
            raise
        except SlackApiError as error:
            if error_code(error) not in _FIXED:
                raise
            log.info("posted anew, as the message cannot be edited: %s", error_code(error))
            await self._post(key, content)

    async def _update(self, key: str, ts: str, content: Content) -> None:
        where = {"channel": self.delivery.place.channel, "ts": ts}
        body = content._asdict() | {"metadata": self.metadata(key)}
        try:
            await self.calls("chat.update", **where, **body)
        except SlackApiError as error:
            if error_code(error) != "streaming_state_conflict":
                raise
            # A stream that an attempt before this one left open.
            await self.calls("chat.stopStream", **where)
            await self.calls("chat.update", **where, **body)

    async def _landed(self, key: str, ts: str) -> None:
        await self.delivery.log.landed(key, ts)
        self.begin_thread(ts)

    async def _history(self) -> AsyncIterator[Json]:
        """What was said in the place since the question; without one, the last 200 messages."""
        place, source = self.delivery.place, self.delivery.source
        about: Json = {"channel": place.channel, "include_all_metadata": True, "limit": 200}
        if source:
            about["oldest"] = source
        if place.thread:
            first = await self.calls("conversations.replies", ts=place.thread, **about)
        else:
            first = await self.calls("conversations.history", **about)
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
        return self.delivery.id in ids and message["ts"] not in self.standing.values()


def said(error: Undeliverable) -> str:
    """Slack's code for it, where it has one."""
    return error_code(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""
