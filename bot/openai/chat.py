"""Chat completions: `POST /chat/completions`, streamed and whole."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from bot.openai.catalogue import Catalogue
from bot.openai.chat_parameters import adapted, encoded, parameters, refused_name
from bot.openai.chat_types import ChatChunk, ChatCompletion, ChatMessage, ChatRequest, Usage
from bot.openai.chat_wire import ChunkReader, completion
from bot.openai.errors import BadRequest, StreamCut, TimedOut
from bot.openai.meter import Meter
from bot.openai.transport import Call, Stream, Transport

__all__ = ["Chat", "ChatChunk", "ChatCompletion", "ChatMessage", "ChatRequest", "Usage"]

T = TypeVar("T")
_STREAMED = {"stream": True, "stream_options": {"include_usage": True}}


class Chat:
    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._transport = transport
        self._catalogue = catalogue
        self._refused: defaultdict[str, set[str]] = defaultdict(set)  # by model, learned

    async def stream(self, request: ChatRequest, meter: Meter) -> AsyncGenerator[ChatChunk, None]:
        """Ends only when the answer is whole. Raises OpenAIError, StreamCut among them."""
        answer = await self._asked(request, meter, self._transport.open, _STREAMED)
        async with aclosing(answer):
            reader = ChunkReader(answer.headers)
            while not reader.done and (piece := await _read(answer, reader)):
                for chunk in reader.feed(piece):
                    yield chunk
            if not reader.finished:
                raise StreamCut("no finish_reason", headers=answer.headers, may_have_run=True)
            await answer.drain()

    async def complete(self, request: ChatRequest, meter: Meter) -> ChatCompletion:
        """Raises OpenAIError."""
        answer = await self._asked(request, meter, self._transport.fetch, {})
        return completion(answer.body, answer.headers)

    async def _asked(
        self,
        request: ChatRequest,
        meter: Meter,
        ask: Callable[[Call, Meter], Awaitable[T]],
        more: dict[str, Any],
    ) -> T:
        """Servers of 2023 to 2026 know different parameters: one that is refused by name is left
        out or renamed, and remembered.
        """
        refused = self._refused[request.model]
        fields = parameters(request, self._catalogue.model(request.model)) | more
        while True:
            body = encoded(adapted(fields, refused))
            try:
                return await ask(Call("POST", "chat/completions", body, request.model), meter)
            except BadRequest as error:
                name = refused_name(error, fields, refused)
                if not name:
                    raise
                refused.add(name)


async def _read(answer: Stream, reader: ChunkReader) -> bytes:
    """The next bytes. What breaks after finish_reason is no loss but that of the usage."""
    try:
        return await answer.read()
    except (StreamCut, TimedOut):
        if reader.finished:
            return b""
        raise
