"""The messages that hold the text of an answer."""

import logging

from slack_sdk.errors import SlackApiError

from adapters.slack import blocks, escapes
from adapters.slack.blocks import Json, Row
from adapters.slack.layout import Layout
from adapters.slack.posts import Posts
from adapters.slack.stream import Stream
from adapters.slack.streaming import Session
from adapters.slack.web import error_code
from adapters.slack.workspace import Workspace
from bot.ports import Delivery

log = logging.getLogger(__name__)
_LEAST = 1_000  # characters; a message that Slack does not take is cut down to this
_NO_ROW = Row()
_TOO_LONG = {"msg_too_long", "msg_blocks_too_long", "invalid_blocks"}


class Texts:
    def __init__(self, workspace: Workspace, delivery: Delivery, posts: Posts) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._posts = posts
        self._layout = Layout()
        self._stream = Stream(posts, self._layout, workspace.streaming, self._put)
        self._shown: dict[str, tuple[str, Row]] = {}

    async def show(self, markdown: str, row: Row, *, done: bool) -> list[str]:
        """The keys of the messages in which it stands now."""
        text = escapes.harmless(markdown)
        try:
            if not done and await self._stream.write(text, self._pressed(row)):
                return []
            await self._stream.end()
            return await self._show_pieces(self._layout.pieces(text) or [""], row)
        except SlackApiError as error:
            if error_code(error) not in _TOO_LONG or self._layout.longest <= _LEAST:
                raise
            log.info("Slack does not take a message, so it is split: %s", error_code(error))
        await self._stream.end()
        self._layout = Layout(max(_LEAST, self._layout.longest // 2))
        return await self.show(markdown, row, done=done)

    async def _show_pieces(self, pieces: list[str], row: Row) -> list[str]:
        """The row below the last, which may be all there is."""
        keys = [str(number) for number in range(len(pieces))]
        for key, piece in zip(keys, pieces, strict=True):
            await self._put(key, piece, row if key == keys[-1] else _NO_ROW)
        return keys

    @property
    def session(self) -> Session:
        return self._stream.session

    async def end(self) -> None:
        await self._stream.end()

    def forget(self) -> None:
        self._stream.forget()

    async def _put(self, key: str, piece: str, row: Row = _NO_ROW) -> None:
        if self._shown.get(key) == (piece, row):
            return
        try:
            await self._try(key, piece, row)
        except SlackApiError as error:
            if error_code(error) != "invalid_blocks" or self._layout.longest > _LEAST:
                raise
            log.warning("Slack does not take this as Markdown: %s", error.response)
            await self._posts.put(key, blocks.simply(piece, self._pressed(row)))
        self._shown[key] = piece, row

    async def _try(self, key: str, piece: str, row: Row) -> None:
        """With Slack's own feedback buttons, where it has them."""
        native = self._workspace.asks_natively
        try:
            return await self._posts.put(key, blocks.written(piece, self._pressed(row)))
        except SlackApiError as error:
            if error_code(error) != "invalid_blocks" or not (row.feedback and native):
                raise
        plain = blocks.row(row, self._delivery.id, native=False)
        await self._posts.put(key, blocks.written(piece, plain))
        self._workspace.asks_natively = False
        return log.info("Slack has no feedback buttons of its own here")

    def _pressed(self, row: Row) -> list[Json]:
        return blocks.row(row, self._delivery.id, native=self._workspace.asks_natively)
