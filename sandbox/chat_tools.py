"""Tool calls by a model that was never taught them: which function fits is found by nearness of
meaning, its arguments are written by the model under a grammar made from their schema.
"""

import re
from collections.abc import AsyncGenerator
from typing import Any

from sandbox.chat_llama import UNASKED
from sandbox.chat_messages import Message
from sandbox.chat_request import ChatRequest, Function, ToolChoice
from sandbox.engines.choice import Choice
from sandbox.engines.llama import Chunk
from sandbox.ids import new

NEAR = 0.24  # cosine from which a function fits; measured on tests/sandbox/test_tools.py


async def wanted(choice: Choice, request: ChatRequest) -> Function | None:
    """The function to call, if any. What a function returned is answered in words."""
    functions = [tool.function for tool in request.tools or ()]
    if not functions or request.tool_choice == "none" or request.messages[-1].role == "tool":
        return None
    if isinstance(request.tool_choice, ToolChoice):
        name = request.tool_choice.function.name
        return next(function for function in functions if function.name == name)
    near = await _nearness(choice, _asked(request.messages), functions)
    best = max(range(len(functions)), key=near.__getitem__)
    fits = request.tool_choice == "required" or near[best] >= NEAR
    return functions[best] if fits else None


def _asked(messages: list[Message]) -> str:
    return next((m.text for m in reversed(messages) if m.role == "user"), "")


async def _nearness(choice: Choice, text: str, functions: list[Function]) -> list[float]:
    told = [_told(function) for function in functions]
    vectors: Any = await choice["embeddings"].run(lambda e: e.embed([text, *told]))
    near: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return near


def _told(function: Function) -> str:
    name = re.sub(r"[_-]+", " ", function.name)
    return f"{name}: {function.description}"


def for_engine(request: ChatRequest, function: Function) -> dict[str, Any]:
    """The request to llama.cpp for the arguments."""
    asked = _asked(request.messages)
    told = (
        f"You fill in the arguments of the function {function.name} ({function.description}) "
        "from what the user says. Answer with JSON only."
    )
    schema = _needed({"type": "object"} | function.parameters)
    return {
        "messages": [{"role": "system", "content": told}, {"role": "user", "content": asked}],
        "temperature": request.temperature or 0.0,
        "seed": request.seed if request.seed is not None else 1,
        "max_tokens": min(request.cap or UNASKED, UNASKED),
        "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
    }


def _needed(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what may be left out: so small a model would fill in all of it, with anything."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not required:
        return schema
    return schema | {
        "properties": {name: properties[name] for name in required if name in properties}
    }


async def as_tool_call(
    chunks: AsyncGenerator[Chunk, None], function: Function, *, named: bool
) -> AsyncGenerator[Chunk, None]:
    """The chunks of the arguments as those of a call. `named`: the client chose the function."""
    call = {"index": 0, "id": new("call_"), "type": "function"}
    start = {"name": function.name, "arguments": ""}
    async for chunk in chunks:
        for choice in chunk.get("choices", ()):
            delta = choice["delta"]
            if "role" in delta:
                choice["delta"] = {"role": "assistant", "content": None, "tool_calls": [call | {"function": start}]}  # fmt: skip  # noqa: E501
            elif text := delta.get("content"):
                choice["delta"] = {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
            if choice["finish_reason"] == "stop" and not named:
                choice["finish_reason"] = "tool_calls"
        yield chunk
