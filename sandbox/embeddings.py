"""`POST /v1/embeddings`."""

import base64
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from sandbox.call import Call, estimate, person
from sandbox.engines.choice import CHOICE
from sandbox.errors import APIError, invalid
from sandbox.requests import decode

LONGEST = 8192  # tokens of one text
TOGETHER = 300_000  # tokens of one request
SIZES = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
FIXED = {"text-embedding-ada-002"}  # takes no `dimensions`

Text = Annotated[str, Meta(min_length=1)]


class EmbeddingRequest(Struct, forbid_unknown_fields=True):
    model: str
    input: Text | Annotated[list[Any], Meta(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Annotated[int, Meta(ge=1)] | None = None
    user: str | None = None

    @property
    def texts(self) -> list[str]:
        """Raises APIError 400."""
        if isinstance(self.input, str):
            return [self.input]
        try:
            return msgspec.convert(self.input, list[Text])
        except msgspec.ValidationError:
            text = (
                "'$.input' is invalid: it is a text, or a list of texts of which none is empty. "
                "Tokens are not taken here: the sandbox has no tokenizer of OpenAI's."
            )
            raise invalid("input", text) from None


async def embeddings(call: Call, body: bytes) -> dict[str, Any]:
    request = decode(body, EmbeddingRequest)
    texts = request.texts
    model = call.admit(request.model, "embeddings", sum(map(estimate, texts)))
    engine = call.app[CHOICE]["embeddings"]
    native = (await engine.loaded()).size
    size = _size(request, native)
    counts = await engine.run(lambda e: [e.count(text) for text in texts])
    _check(counts)
    vectors = await engine.run(lambda e: e.embed(texts, size))
    call.book(model, {"input": sum(counts)}, person(request))
    pack = _packed if request.encoding_format == "base64" else _listed
    data = [
        {"object": "embedding", "index": n, "embedding": pack(vector)}
        for n, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": sum(counts), "total_tokens": sum(counts)}
    return {"object": "list", "data": data, "model": request.model, "usage": usage}


def _size(request: EmbeddingRequest, native: int) -> int:
    """Raises APIError 400."""
    most = SIZES.get(request.model, native)
    if request.dimensions is None:
        return most
    if request.model in FIXED:
        raise invalid("dimensions", "This model does not support specifying dimensions.", None)
    if request.dimensions > most:
        text = f"Invalid value for 'dimensions' = {request.dimensions}. Must be at most {most}."
        raise invalid("dimensions", text)
    return request.dimensions


def _check(counts: list[int]) -> None:
    longest, together = max(counts), sum(counts)
    if longest > LONGEST:
        text = (
            f"This model's maximum context length is {LONGEST} tokens, however you requested "
            f"{longest} tokens in your prompt. Please reduce your prompt."
        )
        raise APIError(400, text, param="input", code="context_length_exceeded")
    if together > TOGETHER:
        text = f"Requested {together} tokens, max {TOGETHER} tokens per request."
        raise APIError(400, text, param="input", code="max_tokens_per_request")


def _listed(vector: Any) -> list[float]:
    numbers: list[float] = vector.tolist()
    return numbers


def _packed(vector: Any) -> str:
    """Little-endian 32-bit floats."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
