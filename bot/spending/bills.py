"""Before a call: what it may cost. After it: what it did cost. A bill for each kind of call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from bot.openai import tokens
from bot.openai.catalogue import Catalogue, Model, Prices
from bot.openai.chat import ChatRequest
from bot.openai.chat_types import UNTOLD, Facts
from bot.openai.embeddings import EmbeddingRequest
from bot.openai.images import EditRequest, ImageRequest
from bot.openai.moderations import ModerationRequest
from bot.openai.speech import SpeechRequest
from bot.openai.transcription import TranslationRequest
from bot.openai.usage import Usage
from bot.provider_settings import CAPABILITIES
from bot.settings import Settings
from bot.spending import prices
from bot.spending.money import micros
from bot.spending.quotes import LEAST, Quote
from bot.storage.ledger import Used

_FREE = Prices(0, 0)  # a Quote's, where everything is fixed


@dataclass
class Heard:
    """What came of an answer so far."""

    pieces: list[str] = field(default_factory=list)
    pictures: int = 0  # finished
    usage: Usage | None = None
    request_id: str = ""
    facts: Facts = UNTOLD  # of an answer to a chat
    whole: bool = False

    def hear(self, answer: Any) -> None:
        """An answer, or a piece of one, of any endpoint."""
        self.usage = getattr(answer, "usage", None) or self.usage
        self.request_id = getattr(answer, "request_id", "") or self.request_id
        self.facts = getattr(answer, "facts", self.facts)
        calls = (getattr(call, "arguments", "") for call in getattr(answer, "tool_calls", ()))
        self.pieces += [text for text in (getattr(answer, "text", ""), *calls) if text]


@dataclass(frozen=True)
class Charge:
    """`cost`: micro-dollars; None: the price is not known."""

    used: Used
    cost: int | None
    estimated: bool = False


@dataclass(frozen=True)
class Bill:
    quote: Quote
    charge: Callable[[Heard], Charge]


@dataclass(frozen=True)
class Bills:
    catalogue: Catalogue
    ceiling: int | None = None  # micro-dollars that a call without a price is taken to cost
    free: frozenset[str] = frozenset()  # capabilities that the sandbox has

    @classmethod
    def of(cls, catalogue: Catalogue, settings: Settings) -> Self:
        ceiling = settings.unpriced_call_ceiling
        free = frozenset(filter(settings.sandboxed, CAPABILITIES))
        return cls(catalogue, None if ceiling is None else micros(ceiling), free)

    def chat(self, request: ChatRequest) -> Bill:
        usual, tier = self.catalogue.model(request.model), request.service_tier or ""
        model = prices.in_tier(usual, tier)
        wanted = request.max_output_tokens or model.max_output
        if model.known:
            wanted = min(wanted, model.max_output)
        quote = Quote(
            capability="chat", model=model.id, prices=model.prices,
            tokens_in=_prompt(request, model), wanted=wanted, least=min(LEAST, wanted),
            ceiling=self.ceiling, answers=request.n or 1,
        )  # fmt: skip

        def charge(heard: Heard) -> Charge:
            """By the tier that answered, which may be another than was asked for."""
            return _chat(prices.in_tier(usual, heard.facts.service_tier or tier), quote, heard)

        return self._of("chat", Bill(quote, charge))

    def embeddings(self, request: EmbeddingRequest) -> Bill:
        texts = (request.input,) if isinstance(request.input, str) else request.input
        return self._read("embeddings", request.model, texts)

    def moderation(self, request: ModerationRequest) -> Bill:
        inputs = (request.input,) if isinstance(request.input, str) else request.input
        texts = [one if isinstance(one, str) else getattr(one, "text", "") for one in inputs]
        return self._read("moderation", request.model, texts)

    def images(self, request: ImageRequest) -> Bill:
        """Settled by tokens where the API counts them, else by the pictures that came."""
        model, number = self.catalogue.model(request.model, "images"), request.n or 1
        each = prices.of_picture(model, request.quality, request.size)
        given = len(request.image) if isinstance(request, EditRequest) else 0
        read = Usage(prompt=tokens.count(model, request.prompt) + given * model.picture,
                     picture_prompt=given * model.picture)  # fmt: skip
        asking = prices.of_usage(model, read) or 0
        quote = self._fixed("images", model, Used(read.prompt, pictures=number),
                            None if each is None else each * number + asking)  # fmt: skip

        def charge(heard: Heard) -> Charge:
            if heard.pictures and not heard.usage and each is not None and not model.prices:
                return Charge(quote.expected._replace(pictures=heard.pictures),
                              each * heard.pictures)  # fmt: skip
            return _told(model, quote, heard, pictures=heard.pictures or number)

        return self._of("images", Bill(quote, charge))

    def speech(self, request: SpeechRequest) -> Bill:
        model = self.catalogue.model(request.model, "speech")
        text = request.input + (request.instructions or "")
        size = tokens.count(model, text)
        cost = prices.of_speech(model, request.input, size)
        quote = self._fixed("speech", model, Used(size, characters=len(request.input)), cost)
        exact = model.million_characters is not None
        return self._of(
            "speech", Bill(quote, lambda heard: _told(model, quote, heard, exact=exact))
        )

    def sound(
        self, request: TranslationRequest, seconds: float, capability: str = "transcription"
    ) -> Bill:
        """`seconds` of the file, as we measured it."""
        model, whole = self.catalogue.model(request.model, "transcription"), -int(-seconds // 1)
        cost = prices.of_sound(model, whole)
        quote = self._fixed("transcription", model, Used(seconds=whole), cost)

        def charge(heard: Heard) -> Charge:
            if heard.usage and heard.usage.seconds:
                told = -int(-heard.usage.seconds // 1)
                return Charge(Used(seconds=told), prices.of_sound(model, told))
            return _told(model, quote, heard, exact=bool(whole) and model.prices is None)

        return self._of(capability, Bill(quote, charge))

    def training(self, base: str, trained: int) -> Bill:
        """Of a fine-tuning job. `trained`: tokens, each as often as it is trained on."""
        model = self.catalogue.model(base)
        cost = prices.of_training(model, trained)
        quote = self._fixed("fine_tuning", model, Used(trained), cost)
        bill = Bill(quote, lambda _: Charge(quote.expected, cost, estimated=True))
        return self._of("jobs", bill)

    def batch(self, named: str, bills: Sequence[Bill]) -> Bill:
        """Of many calls of this model in one, at half their price where it has one."""
        model = self.catalogue.model(named)
        costs = [_most(bill.quote) for bill in bills]
        cost = None if None in costs else halved(model, sum(filter(None, costs)))
        read = sum(bill.quote.tokens_in for bill in bills)
        written = sum(bill.quote.wanted * bill.quote.answers for bill in bills)
        quote = replace(self._fixed("batches", model, Used(read), cost), written=written)
        bill = Bill(quote, lambda _: Charge(quote.expected, cost, estimated=True))
        return self._of("jobs", bill)

    def _read(self, capability: str, name: str, texts: Sequence[str]) -> Bill:
        model = self.catalogue.model(name, capability)
        size = sum(tokens.count(model, text) for text in texts)
        cost = prices.cost(model.prices, size, 0) if model.prices else None
        quote = self._fixed(capability, model, Used(size), cost)
        exact = bool(model.prices) and not cost
        bill = Bill(quote, lambda heard: _told(model, quote, heard, exact=exact))
        return self._of(capability, bill)

    def _of(self, capability: str, bill: Bill) -> Bill:
        """What the sandbox does costs nothing, whatever the model is called there."""
        if capability not in self.free:
            return bill
        quote = replace(bill.quote, prices=_FREE, fixed=0)
        return Bill(quote, lambda heard: replace(bill.charge(heard), cost=0, estimated=False))

    def _fixed(self, capability: str, model: Model, units: Used, cost: int | None) -> Quote:
        return Quote(
            capability, model.id, None if cost is None else _FREE, units.tokens_in,
            ceiling=self.ceiling, fixed=cost or 0, units=units,
        )  # fmt: skip


def halved(model: Model, cost: int) -> int:
    return -(-cost // 2) if model.batch else cost


def _chat(model: Model, quote: Quote, heard: Heard) -> Charge:
    if heard.usage:
        told = _told(model, quote, heard)
        return told if model.prices else replace(told, cost=None)
    # A chunk is at least a token, and a server's tokens may be smaller than ours.
    written = max(tokens.count(model, "".join(heard.pieces)), len(heard.pieces))
    used = Used(quote.tokens_in, written)
    cost = prices.cost(model.prices, used.tokens_in, written) if model.prices else None
    return Charge(used, cost, estimated=True)


def _told(model: Model, quote: Quote, heard: Heard, *, exact: bool = False, **units: int) -> Charge:
    """By the usage that the API reported; without one it cost what was expected, which is exact
    where the price depends on the request alone and the answer came.
    """
    if (usage := heard.usage) is None:
        cost = quote.fixed if quote.prices else None
        return Charge(quote.expected._replace(**units), cost, estimated=not (exact and heard.whole))
    used = quote.expected._replace(tokens_in=usage.prompt, tokens_out=usage.completion,
                   tokens_cached=usage.cached, **units)  # fmt: skip
    cost = quote.fixed if model.prices is None and quote.prices else prices.of_usage(model, usage)
    return Charge(used, cost)


def _most(quote: Quote) -> int | None:
    return quote.cost(quote.wanted, limited=True) if quote.prices else None


def _prompt(request: ChatRequest, model: Model) -> int:
    """With the tools and formats that the model reads as part of it."""
    beside = [part for part in (request.tools, request.response_format) if part]
    said = msgspec.json.encode(beside).decode() if beside else ""
    return tokens.prompt(model, request.messages) + tokens.count(model, said)
