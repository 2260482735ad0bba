"""Embeddings and moderations."""

import base64
import hashlib
import struct
from typing import Any

from aiohttp import web

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
    "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
    "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip


async def embeddings(fake: Any, request: web.Request, call: Any, _fault: Any) -> web.Response:
    """The last text's first."""
    body = call.body
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    size = body.get("dimensions", 8)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _encoded(fake.embeds(text, size), body),
        }
        for index, text in enumerate(texts)
    ]
    used = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": used, "total_tokens": used}
    answer = {"object": "list", "data": data[::-1], "model": body["model"], "usage": usage}
    return web.json_response(answer)


def vector(text: str, size: int = 8) -> list[float]:
    """In single precision, of length about 1."""
    hashed = hashlib.sha256(text.encode()).digest()
    return [(hashed[n % 32] - 128) / 128 for n in range(size)]


def _encoded(numbers: list[float], body: dict[str, Any]) -> Any:
    if body.get("encoding_format") != "base64":
        return numbers
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


async def moderations(fake: Any, request: web.Request, call: Any, _fault: Any) -> web.Response:
    """Violent is what has “hurt” in it."""
    given = call.body["input"]
    if isinstance(given, str):
        inputs = [given]
    elif given and isinstance(given[0], dict):
        inputs = [" ".join(part.get("text", "") for part in given)]
    else:
        inputs = given
    kinds = ["text", "image"] if "image_url" in str(given) else ["text"]
    results = [_verdict(text, kinds) for text in inputs]
    model = call.body.get("model", "omni-moderation-latest")
    return web.json_response({"id": "modr-1", "model": model, "results": results})


def _verdict(text: str, kinds: list[str]) -> dict[str, Any]:
    found = {"violence", "harassment/threatening"} if "hurt" in text else set()
    scores = {name: 0.89 if name == "violence" else 0.78 for name in found}
    return {
        "flagged": bool(found),
        "categories": {name: name in found for name in CATEGORIES},
        "category_scores": {name: scores.get(name, 0.0001) for name in CATEGORIES},
        "category_applied_input_types": {
            name: kinds if name == "violence" else ["text"] for name in CATEGORIES
        },
    }


ROUTES = (("POST", "embeddings", embeddings), ("POST", "moderations", moderations))
