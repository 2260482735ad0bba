"""Vectors and verdicts that are known are not asked for again. Of a text or a picture only a hash
is kept.
"""

import sys
from array import array
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self, TypeAlias

import msgspec

from bot.openai.chat_parts import PicturePart
from bot.openai.embeddings import EmbeddingRequest, Vectors
from bot.openai.moderations import Moderation, ModerationRequest, Verdict
from bot.openai.parameters import encoded
from bot.openai.usage import Usage
from bot.storage.cache import Cache

Embed: TypeAlias = Callable[[EmbeddingRequest], Awaitable[Vectors]]
Moderate: TypeAlias = Callable[[ModerationRequest], Awaitable[Moderation]]

TOGETHER = 2_048  # texts of one request
TOKENS = 300_000  # of one request
_verdict = msgspec.json.Decoder(Verdict).decode


async def embed(cache: Cache, provider: str, request: EmbeddingRequest, ask: Embed) -> Vectors:
    """In the order of the texts. Those that are not known are asked for, each once, in as many
    requests as the API wants; `usage` is of those, and `provider` its address. Raises
    StorageUnavailable, and what `ask` raises.
    """
    texts = (request.input,) if isinstance(request.input, str) else request.input
    looked = await _Looked.up(cache, _same(provider, request), texts)
    answers = []
    for part in _parts(looked.wanted):
        some = tuple(looked.wanted[key] for key in part)
        one = some[0] if isinstance(request.input, str) else some
        answers.append(await ask(msgspec.structs.replace(request, input=one)))
        await looked.learn(part, [vector.tobytes() for vector in answers[-1].vectors])
    vectors = [array("f", found) for found in looked.found]
    model = answers[-1].model if answers else request.model
    return Vectors(vectors, _sum(answer.usage for answer in answers), model)


def embedding_keys(provider: str, request: EmbeddingRequest) -> list[bytes]:
    """Under which the vectors are kept, so that they can be forgotten with their texts."""
    texts = (request.input,) if isinstance(request.input, str) else request.input
    return _keys(_same(provider, request), texts)


def _same(provider: str, request: EmbeddingRequest) -> Sequence[Any]:
    """What the texts have in common."""
    return (
        "embeddings", sys.byteorder, provider, request.model, request.dimensions, request.extra,
    )  # fmt: skip


def _keys(same: Sequence[Any], inputs: Sequence[Any]) -> list[bytes]:
    return [sha256(encoded({"same": same, "input": one})).digest() for one in inputs]


async def moderate(
    cache: Cache, provider: str, request: ModerationRequest, ask: Moderate
) -> Moderation:
    """The same of verdicts."""
    if any(isinstance(part, PicturePart) and not _inside(part) for part in request.input):
        return await ask(request)  # what is at an address may be another picture tomorrow
    inputs = request.input if request.many else (request.input,)
    looked = await _Looked.up(cache, ("moderation", provider, request.model, request.extra), inputs)
    answer = Moderation((), request.model)
    if looked.wanted:
        some = tuple(looked.wanted.values()) if request.many else request.input
        answer = await ask(msgspec.structs.replace(request, input=some))
        await looked.learn(looked.wanted, [msgspec.json.encode(one) for one in answer.results])
    return msgspec.structs.replace(answer, results=[_verdict(found) for found in looked.found])


@dataclass
class _Looked:
    cache: Cache
    keys: Sequence[bytes]  # one for each input
    known: dict[bytes, bytes]
    wanted: Mapping[bytes, Any]  # those inputs that were not known, each once

    @classmethod
    async def up(cls, cache: Cache, same: Sequence[Any], inputs: Sequence[Any]) -> Self:
        """`same`: what they have in common."""
        keys = _keys(same, inputs)
        known = await cache.get(keys)
        wanted = {key: one for key, one in zip(keys, inputs, strict=True) if key not in known}
        return cls(cache, keys, known, wanted)

    async def learn(self, keys: Iterable[bytes], answers: Iterable[bytes]) -> None:
        fresh = dict(zip(keys, answers, strict=True))
        self.known |= fresh
        await self.cache.put(fresh)

    @property
    def found(self) -> list[bytes]:
        return [self.known[key] for key in self.keys]


def _inside(picture: PicturePart) -> bool:
    return picture.image_url.url.startswith("data:")


def _parts(wanted: Mapping[bytes, str]) -> Iterator[list[bytes]]:
    """A text has no more tokens than bytes, so nobody need count them."""
    part: list[bytes] = []
    left = TOKENS
    for key, text in wanted.items():
        size = len(text.encode(errors="replace"))
        if part and (size > left or len(part) == TOGETHER):
            yield part
            part, left = [], TOKENS
        part.append(key)
        left -= size
    if part:
        yield part


def _sum(usages: Iterable[Usage | None]) -> Usage | None:
    """None: one of them is not known."""
    told = list(usages)
    return None if None in told else Usage(sum(usage.prompt for usage in told if usage))
