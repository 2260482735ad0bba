"""The only way to OpenAI's paid methods: somebody is charged."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from bot.openai import tokens
from bot.openai.catalogue import Catalogue, Model
from bot.openai.chat import Chat, ChatChunk, ChatCompletion, ChatRequest
from bot.settings import Settings
from bot.spending.call import Call
from bot.spending.ledger import Ledger
from bot.spending.money import micros
from bot.spending.payer import Payer
from bot.spending.quotes import LEAST, Quote


class OpenAI:
    """What handlers hold. It has no paid method."""

    def __init__(
        self, chat: Chat, catalogue: Catalogue, ledger: Ledger, settings: Settings
    ) -> None:
        ceiling = settings.unpriced_call_ceiling
        self._chat = chat
        self._catalogue = catalogue
        self._ledger = ledger
        self._ceiling = None if ceiling is None else micros(ceiling)

    def charged_to(self, payer: Payer) -> "Charged":
        return Charged(payer, self._chat, self._catalogue, self._ledger, self._ceiling)


class Charged:
    """The paid methods. Each raises Refused where a budget does not allow the call, OpenAIError
    where it fails, StorageUnavailable where it cannot be written down, so is not made.
    """

    def __init__(
        self, payer: Payer, chat: Chat, catalogue: Catalogue, ledger: Ledger, ceiling: int | None
    ) -> None:
        self._payer = payer
        self._chat = chat
        self._catalogue = catalogue
        self._ledger = ledger
        self._ceiling = ceiling

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        """A streamed answer, of `max_output_tokens` or of fewer where a budget is short."""
        async with (
            self._call(request) as call,
            aclosing(self._chat.stream(_capped(request, call), call)) as chunks,
        ):
            async for chunk in chunks:
                call.hear(chunk)
                yield chunk

    async def complete(self, request: ChatRequest) -> ChatCompletion:
        """The same, whole."""
        async with self._call(request) as call:
            completion = await self._chat.complete(_capped(request, call), call)
            call.hear(completion)
            return completion

    def _call(self, request: ChatRequest) -> Call:
        model = self._catalogue.model(request.model)
        return Call(self._ledger, self._payer, self._quote(request, model), model)

    def _quote(self, request: ChatRequest, model: Model) -> Quote:
        wanted = request.max_output_tokens or model.max_output
        if model.known:
            wanted = min(wanted, model.max_output)
        return Quote(
            capability="chat", model=model.id, prices=model.prices,
            tokens_in=_counted(request, model), wanted=wanted, least=min(LEAST, wanted),
            ceiling=self._ceiling, answers=request.n or 1,
        )  # fmt: skip


def _counted(request: ChatRequest, model: Model) -> int:
    """The prompt, with the tools and formats that the model reads as part of it."""
    beside = [part for part in (request.tools, request.response_format) if part]
    said = msgspec.json.encode(beside).decode() if beside else ""
    return tokens.prompt(model, request.messages) + tokens.count(model, said)


def _capped(request: ChatRequest, call: Call) -> ChatRequest:
    return msgspec.structs.replace(request, max_output_tokens=call.cap)
