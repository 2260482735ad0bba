"""Embeddings: `POST /embeddings`, of one text or of many."""

import base64
import binascii
import sys
from array import array
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.openai import tokens
from bot.openai.catalogue import Catalogue, Model
from bot.openai.catalogue_check import WrongValue
from bot.openai.endpoint import Endpoint, Request
from bot.openai.errors import Malformed
from bot.openai.meter import Meter
from bot.openai.transport import Answer, Transport
from bot.openai.usage import Usage, WireUsage, used
from bot.openai.wire import of_kind, reader


class EmbeddingRequest(Request, frozen=True, kw_only=True):
    """`encoding_format`: base64 is a quarter of the bytes of float; both are understood."""

    input: str | tuple[str, ...]
    dimensions: int | None = None
    encoding_format: str | None = "base64"


class Vectors(msgspec.Struct, frozen=True):
    """In the order of the texts, in single precision."""

    vectors: "Sequence[array[float]]"
    usage: Usage | None
    model: str


class _Embedding(msgspec.Struct):
    embedding: str | list[float]
    index: int | None = None
    object: Any = None


class _List(msgspec.Struct):
    data: list[_Embedding]
    object: Any = None
    model: str | None = None
    usage: WireUsage | None = None


_read = reader(_List, "list")


class Embeddings:
    """Raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._endpoint = Endpoint(
            transport, catalogue, "embeddings", "embeddings", {"encoding_format": None}
        )

    @property
    def provider(self) -> str:
        """Its address."""
        return self._endpoint.transport.address

    async def create(self, request: EmbeddingRequest, meter: Meter) -> Vectors:
        texts = (request.input,) if isinstance(request.input, str) else request.input
        _check(self._endpoint.model(request), texts)

        def read(answer: Answer) -> Vectors:
            return _vectors(_read(answer), len(texts), answer)

        return await self._endpoint.fetch(request, meter, read)


def _check(model: Model, texts: Sequence[str]) -> None:
    for number, text in enumerate(texts, start=1):
        # No text has more tokens than bytes: most need not be counted.
        if not model.known or len(text.encode(errors="replace")) <= model.context:
            continue
        if (size := tokens.count(model, text)) > model.context:
            raise WrongValue(
                f"Text {number} of {len(texts)} has {size:,} tokens, and {model.id} takes at most "
                f"{model.context:,}. Send it in parts."
            )


def _vectors(found: _List, wanted: int, answer: Answer) -> Vectors:
    """Raises Malformed."""
    if found.data:
        of_kind(found.data[0].object, "embedding", answer.headers)
    try:
        places = {entry.index if entry.index is not None else number: entry.embedding
                  for number, entry in enumerate(found.data)}  # fmt: skip
        vectors = tuple(_vector(places[number]) for number in range(wanted))
    except (KeyError, ValueError, binascii.Error) as error:
        raise Malformed(f"embeddings: {error!r}", headers=answer.headers,
                        may_have_run=True) from error  # fmt: skip
    return Vectors(vectors, used(found.usage), found.model or "")


def _vector(embedding: str | list[float]) -> "array[float]":
    """Raises ValueError. base64 is of little-endian floats of four bytes."""
    if isinstance(embedding, list):
        return array("f", embedding)
    vector = array("f", base64.b64decode(embedding, validate=True))
    if sys.byteorder == "big":
        vector.byteswap()
    return vector
