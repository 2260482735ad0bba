"""The only way to OpenAI's paid methods: somebody is charged."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

import msgspec

from bot.openai.api import API
from bot.openai.batches import Batch, BatchRequest
from bot.openai.chat import ChatChunk, ChatCompletion, ChatRequest
from bot.openai.embeddings import EmbeddingRequest, Vectors
from bot.openai.endpoint import Request
from bot.openai.errors import AnswerLost
from bot.openai.fine_tuning import Job, JobRequest
from bot.openai.images import ImageRequest, Picture, Pictures
from bot.openai.moderations import Moderation, ModerationRequest
from bot.openai.person import identifier
from bot.openai.speech import Sound, SpeechRequest
from bot.openai.transcription import Heard, Transcript, TranscriptionRequest, TranslationRequest
from bot.spending import cached, jobs
from bot.spending.asking import ask_first
from bot.spending.bills import Bill, Bills
from bot.spending.call import Call
from bot.spending.ledger import Ledger
from bot.spending.payer import Payer
from bot.spending.receipt import Receipt
from bot.storage.cache import Cache

R = TypeVar("R", bound=ChatRequest | Request)


class OpenAI:
    """What handlers hold. It has no paid method: what lies here is free."""

    def __init__(self, api: API, bills: Bills, ledger: Ledger, cache: Cache) -> None:
        self._api = api
        self._bills = bills
        self._ledger = ledger
        self._cache = cache
        self.models = api.models
        self.files = api.files
        self.fine_tuning = api.fine_tuning
        self.batches = api.batches

    def charged_to(self, payer: Payer) -> "Charged":
        return Charged(payer, self._api, self._bills, self._ledger, self._cache)

    async def content(self, picture: Picture) -> bytes:
        """Raises OpenAIError."""
        return await self._api.images.content(picture)

    async def ended(self, job: Batch | Job) -> None:
        """Book what a job cost in the end; told twice it is booked once."""
        await self._ledger.end(job.id, jobs.charge(self._bills.catalogue, job))


class Charged:
    """The paid methods. Each raises Refused where a budget does not allow the call or the model
    does not take it, OpenAIError where it fails, StorageUnavailable where it cannot be written
    down, so is not made.
    """

    def __init__(self, payer: Payer, api: API, bills: Bills, ledger: Ledger, cache: Cache) -> None:
        self.receipt = Receipt()  # of all calls that are made through this
        self._payer = payer
        self._api = api
        self._bills = bills
        self._ledger = ledger
        self._cache = cache

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        """A streamed answer, of `max_output_tokens` or of fewer where a budget is short."""
        request = self._named(request)
        async with (
            self._call(self._bills.chat(request)) as call,
            aclosing(self._api.chat.stream(_capped(request, call), call)) as chunks,
        ):
            async for chunk in chunks:
                call.heard.hear(chunk)
                yield chunk

    async def complete(self, request: ChatRequest) -> ChatCompletion:
        """The same, whole."""
        request = self._named(request)
        async with self._call(self._bills.chat(request)) as call:
            completion = await self._api.chat.complete(_capped(request, call), call)
            call.heard.hear(completion)
            return completion

    async def embed(self, request: EmbeddingRequest) -> Vectors:
        """Texts that were embedded before are neither sent nor charged again."""
        provider = self._api.embeddings.provider
        return await cached.embed(self._cache, provider, self._named(request), self._embed)

    def embedding_keys(self, request: EmbeddingRequest) -> list[bytes]:
        """Under which the cache keeps them."""
        return cached.embedding_keys(self._api.embeddings.provider, self._named(request))

    async def _embed(self, request: EmbeddingRequest) -> Vectors:
        async with self._call(self._bills.embeddings(request)) as call:
            vectors = await self._api.embeddings.create(request, call)
            call.heard.hear(vectors)
            return vectors

    async def moderate(self, request: ModerationRequest) -> Moderation:
        """What was judged before is not judged again."""
        provider = self._api.moderations.provider
        return await cached.moderate(self._cache, provider, self._named(request), self._moderate)

    async def _moderate(self, request: ModerationRequest) -> Moderation:
        async with self._call(self._bills.moderation(request)) as call:
            moderation = await self._api.moderations.create(request, call)
            call.heard.hear(moderation)
            return moderation

    async def imagine(self, request: ImageRequest) -> Pictures:
        """An EditRequest edits."""
        request = self._named(request)
        async with self._call(self._bills.images(request)) as call:
            pictures = await self._api.images.create(request, call)
            call.heard.hear(pictures)
            call.heard.pictures = len(pictures.pictures)
            return pictures

    async def imagining(self, request: ImageRequest) -> AsyncGenerator[Picture, None]:
        """The same as it is painted: partial pictures, and the finished ones."""
        request = self._named(request)
        async with (
            self._call(self._bills.images(request)) as call,
            aclosing(self._api.images.stream(request, call)) as pictures,
        ):
            async for picture in pictures:
                call.heard.hear(picture)
                call.heard.pictures += picture.partial is None
                yield picture

    async def speak(self, request: SpeechRequest) -> AsyncGenerator[Sound, None]:
        """Told as events where the model then says what it took."""
        model = self._bills.catalogue.model(request.model, "speech")
        if request.stream_format is None and "sse" in model.choices.get("stream_format", ()):
            request = msgspec.structs.replace(request, stream_format="sse")
        request = self._named(request)
        async with (
            self._call(self._bills.speech(request)) as call,
            aclosing(self._api.speech.stream(request, call)) as pieces,
        ):
            async for piece in pieces:
                call.heard.hear(piece)
                yield piece

    async def transcribe(self, request: TranscriptionRequest, seconds: float) -> Transcript:
        """`seconds`: of the file, which is what it costs by."""
        request = self._named(request)
        async with self._call(self._bills.sound(request, seconds)) as call:
            transcript = await self._api.transcriptions.create(request, call)
            call.heard.hear(transcript)
            return transcript

    async def transcribing(
        self, request: TranscriptionRequest, seconds: float
    ) -> AsyncGenerator[Heard, None]:
        """The same as it is heard; the whole transcript comes last."""
        request = self._named(request)
        async with (
            self._call(self._bills.sound(request, seconds)) as call,
            aclosing(self._api.transcriptions.stream(request, call)) as pieces,
        ):
            async for piece in pieces:
                if piece.transcript:
                    call.heard.hear(piece.transcript)
                yield piece

    async def translate(self, request: TranslationRequest, seconds: float) -> Transcript:
        """Whatever is spoken, in English."""
        request = self._named(request)
        async with self._call(self._bills.sound(request, seconds, "translation")) as call:
            transcript = await self._api.translations.translate(request, call)
            call.heard.hear(transcript)
            return transcript

    async def fine_tune(self, request: JobRequest, trained: int) -> Job:
        """`trained`: the tokens of the training file, each as often as it is trained on. What it
        may cost is held until `OpenAI.ended`. Raises AnswerLost too.
        """
        async with self._call(self._bills.training(request.model, trained)) as call:
            job = await self._api.fine_tuning.create(request, call)
            await call.keep(job.id)
            return job

    async def batch(
        self,
        request: BatchRequest,
        model: str,
        bills: Sequence[Bill],
        find: Callable[[], Awaitable[Batch | None]] | None = None,
    ) -> Batch:
        """`bills`: of its lines. `find` looks for it where its answer was lost. Held and raised
        as above.
        """
        async with self._call(self._bills.batch(model, bills)) as call:
            try:
                batch = await self._api.batches.create(request, call)
            except AnswerLost:
                found = await find() if find else None
                if found is None:
                    raise
                batch = found
            await call.keep(batch.id)
            return batch

    def _call(self, bill: Bill) -> Call:
        ask_first(bill.quote, self._payer.asks_above)
        return Call(self._ledger, self._payer, bill, self.receipt)

    def _named(self, request: R) -> R:
        """The provider knows the person by a hash, so that one's abuse is not everybody's."""
        if request.user is not None:
            return request
        return msgspec.structs.replace(request, user=identifier(self._payer.author))


def _capped(request: ChatRequest, call: Call) -> ChatRequest:
    return msgspec.structs.replace(request, max_output_tokens=call.cap)
