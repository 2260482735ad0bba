"""Chat completions: `POST /chat/completions`, streamed and whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from bot.openai.calls import Call
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import check
from bot.openai.chat_parameters import OTHERWISE, content, parameters
from bot.openai.chat_types import ChatChunk, ChatCompletion, ChatMessage, ChatRequest
from bot.openai.chat_wire import ChunkReader, completion
from bot.openai.errors import StreamCut, TimedOut
from bot.openai.meter import Meter
from bot.openai.parameters import Adapting, encoded
from bot.openai.stream import Stream
from bot.openai.transport import Transport
from bot.openai.usage import Usage

__all__ = ["Chat", "ChatChunk", "ChatCompletion", "ChatMessage", "ChatRequest", "Usage"]

PATH = "chat/completions"
_STREAMED = {"stream": True, "stream_options": {"include_usage": True}}


class Chat:
    """Every method raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._transport = transport
        self._catalogue = catalogue
        self._adapting = Adapting(OTHERWISE)

    async def stream(self, request: ChatRequest, meter: Meter) -> AsyncGenerator[ChatChunk, None]:
        """Ends only when the answer is whole; StreamCut where it is not."""
        answer = await self._adapting.ask(
            request.model,
            self._fields(request) | _STREAMED,
            lambda fields: self._transport.open(_call(request, fields), meter),
        )
        async with aclosing(answer):
            reader = ChunkReader(answer.headers)
            while not reader.done and (piece := await _read(answer, reader)):
                for chunk in reader.feed(piece):
                    yield chunk
            answer.usage = reader.usage
            if not reader.finished:
                raise StreamCut("no finish_reason", headers=answer.headers, may_have_run=True)
            await answer.drain()

    async def complete(self, request: ChatRequest, meter: Meter) -> ChatCompletion:
        return await self._adapting.ask(
            request.model,
            self._fields(request),
            lambda fields: self._transport.fetch(_call(request, fields), meter, completion),
        )

    def _fields(self, request: ChatRequest) -> dict[str, Any]:
        model = self._catalogue.model(request.model)
        check(self._catalogue, model, PATH, content(request))
        return parameters(request, model)


def _call(request: ChatRequest, fields: dict[str, Any]) -> Call:
    output = (request.max_output_tokens or 0) * (request.n or 1)
    return Call("POST", PATH, encoded(fields), request.model, person=request.user or "",
                output=output)  # fmt: skip


async def _read(answer: Stream, reader: ChunkReader) -> bytes:
    """The next bytes. What breaks after finish_reason is no loss but that of the usage."""
    try:
        return await answer.read()
    except (StreamCut, TimedOut):
        if reader.finished:
            return b""
        raise
