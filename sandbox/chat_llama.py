"""Requests to llama.cpp's server, and its answers, as OpenAI's."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from sandbox.chat_request import ChatRequest
from sandbox.engines.llama import CONTEXT, Chunk, Llama
from sandbox.errors import APIError

UNASKED = 400  # tokens of an answer that has no cap: under a grammar so small a model may never end
COMMON: dict[str, Any] = {
    "stream": True,
    "stream_options": {"include_usage": True},
    "return_progress": True,  # a chunk a batch, so that a client's leaving is noticed
}


def wish(request: ChatRequest, messages: list[dict[str, str]]) -> dict[str, Any]:
    """The request to llama.cpp. Without a temperature it is low: so small a model wanders."""
    wished = {
        "temperature": 0.2 if request.temperature is None else request.temperature,
        "top_p": 0.9 if request.top_p is None else request.top_p,  # both from the model's card
        "max_tokens": min(request.cap or UNASKED, CONTEXT),
        "frequency_penalty": request.frequency_penalty,
        "presence_penalty": request.presence_penalty,
        "stop": request.stop,
        "seed": request.seed,
        "logprobs": request.logprobs,
        "top_logprobs": request.top_logprobs,
        "logit_bias": request.logit_bias,
    }
    said: dict[str, Any] = {key: value for key, value in wished.items() if value is not None}
    if request.schema is not None:
        wanted_ = {"type": "json_schema", "json_schema": {"schema": request.schema}}
        said["response_format"] = wanted_
    else:
        said |= {"dry_multiplier": 0.8, "dry_allowed_length": 4}  # else it repeats a sentence
    # A half-read prompt rounds differently.
    return COMMON | said | {"messages": messages, "cache_prompt": request.seed is None}


async def several(llama: Llama, request: dict[str, Any], count: int) -> AsyncGenerator[Chunk, None]:
    """Answers one after the other: llama.cpp gives no more at once than it has slots."""
    usage = {"prompt_tokens": 0, "completion_tokens": 0}
    for index in range(count):
        seed = {"seed": request["seed"] + index} if "seed" in request else {}
        async with aclosing(heard(llama.chat(request | seed))) as chunks:
            async for chunk in chunks:
                for choice in chunk["choices"]:
                    choice["index"] = index
                if told := chunk.pop("usage", None):
                    made = usage["completion_tokens"] + told["completion_tokens"]
                    usage = (usage if index else told) | {"completion_tokens": made}
                if chunk["choices"]:
                    yield chunk
    yield {"choices": [], "usage": usage}


async def heard(chunks: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
    """Raises APIError for what llama.cpp refuses."""
    async with aclosing(chunks):
        async for chunk in chunks:
            if "error" in chunk:
                raise _refused(chunk["error"])
            yield chunk


def _refused(error: dict[str, Any]) -> APIError:
    if error.get("type") != "exceed_context_size_error":
        return APIError(error.get("code", 500), error.get("message", "The engine failed."))
    text = (
        f"This model's maximum context length is {CONTEXT} tokens. However, your messages resulted "
        f"in {error['n_prompt_tokens']} tokens. Please reduce the length of the messages."
    )
    return APIError(400, text, param="messages", code="context_length_exceeded")


def choice_of(choice: dict[str, Any]) -> dict[str, Any]:
    delta = choice["delta"]
    if delta.get("role") and not delta.get("tool_calls"):
        delta = {"role": "assistant", "content": ""}
    found = choice.get("logprobs")
    logprobs = (
        {"content": [_logprob(one) for one in found["content"]], "refusal": None} if found else None
    )
    return {
        "index": choice["index"],
        "delta": delta,
        "logprobs": logprobs,
        "finish_reason": choice["finish_reason"],
    }


def _logprob(one: dict[str, Any]) -> dict[str, Any]:
    kept = {key: one[key] for key in ("token", "logprob", "bytes")}
    tops = one.get("top_logprobs")
    return kept if tops is None else kept | {"top_logprobs": [_logprob(top) for top in tops]}


def usage_of(chunk: Chunk) -> dict[str, Any] | None:
    usage = chunk.get("usage")
    if not usage:
        return None
    given, made = usage["prompt_tokens"], usage["completion_tokens"]
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
