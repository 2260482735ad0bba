"""`POST /v1/chat/completions`, plain and streamed."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from aiohttp import web

from sandbox.answers import Events, answer
from sandbox.call import CALL, Call, estimate, person
from sandbox.chat_llama import COMMON, choice_of, heard, several, usage_of, wish
from sandbox.chat_messages import plain
from sandbox.chat_request import ChatRequest, ToolChoice, chat_request
from sandbox.chat_tools import as_tool_call, for_engine, wanted
from sandbox.chat_whole import Whole
from sandbox.engines.choice import CHOICE
from sandbox.engines.llama import CONTEXT, Chunk
from sandbox.ids import new
from sandbox.models import Model
from sandbox.tuned import TUNED, tuned_answer

MARK = "sandbox-"  # of `system_fingerprint`, before the name of what really answered


async def chat_completions(http: web.Request) -> web.StreamResponse:
    body = await http.read()
    call = http[CALL]
    request = _request(call, body)
    if not request.stream:
        return answer(await _complete(call, request))
    async with aclosing(_answer(call, request)) as chunks:
        first = await anext(chunks)  # what cannot be answered fails here, before the headers
        async with Events(http) as events:
            await events.send(_shown(first, request))
            async for chunk in chunks:
                if chunk["choices"] or request.wants_usage:
                    await events.send(_shown(chunk, request))
            await events.done()
    return events.response


async def completion(call: Call, body: bytes) -> dict[str, Any]:
    """Not streamed; as a line of a batch, too."""
    return await _complete(call, _request(call, body))


def _request(call: Call, body: bytes) -> ChatRequest:
    return chat_request(body, call.app[CHOICE].chat.engine.spec.name, CONTEXT)


async def _complete(call: Call, request: ChatRequest) -> dict[str, Any]:
    whole = Whole()
    async with aclosing(_answer(call, request)) as chunks:
        async for chunk in chunks:
            whole.add(chunk)
    return whole.completion()


def _shown(chunk: Chunk, request: ChatRequest) -> Chunk:
    return chunk if request.wants_usage else {k: v for k, v in chunk.items() if k != "usage"}


async def _answer(call: Call, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
    """OpenAI's chunks; what they took is booked, also of an answer that nobody waited for."""
    words = "".join(message.text for message in request.messages)
    model = call.admit(request.model, "chat", estimate(words) + (request.cap or 0))
    name, source = await _source(call, request, model)
    base = {
        "id": new("chatcmpl-", 29),
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": request.model,
        "system_fingerprint": MARK + name,
    }
    usage: dict[str, Any] | None = None
    seen = 0
    try:
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                usage = usage_of(chunk) or usage
                seen += len(chunk["choices"])
                yield base | {"choices": [choice_of(c) for c in chunk["choices"]], "usage": usage}
    finally:
        if seen:
            call.book(model, _counts(usage, words, seen), person(request))


async def _source(
    call: Call, request: ChatRequest, model: Model
) -> tuple[str, AsyncGenerator[Chunk, None]]:
    """Who answers, and the answer."""
    messages = await plain(call, request.messages)
    if model.id in call.app[TUNED]:
        name = call.app[CHOICE]["fine-tuning"].spec.name
        return name, tuned_answer(call.app, model.id, messages, request)
    llama = call.app[CHOICE].chat
    function = await wanted(call.app[CHOICE], request)
    if function is None:
        return llama.engine.spec.name, several(llama, wish(request, messages), request.n or 1)
    arguments = heard(llama.chat(COMMON | for_engine(request, function)))
    named = isinstance(request.tool_choice, ToolChoice)
    return llama.engine.spec.name, as_tool_call(arguments, function, named=named)


def _counts(usage: dict[str, Any] | None, words: str, seen: int) -> dict[str, float]:
    if usage is None:  # the client left, or the engine failed, before the engine had counted
        return {"input": estimate(words), "output": seen, "estimated": 1}
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return {
        "input": usage["prompt_tokens"],
        "cached": cached,
        "output": usage["completion_tokens"],
    }
