"""Models that were fine-tuned here, and their answers in chat."""

from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.chat_request import ChatRequest
from sandbox.engines.choice import CHOICE
from sandbox.engines.llama import Chunk

TUNED: web.AppKey[dict[str, Path]] = web.AppKey("tuned", dict)
"""Where the weights of each model are."""
MARK = "[a stand-in of the sandbox] "
LONGEST = 400  # words


async def tuned_answer(
    app: web.Application, name: str, messages: list[dict[str, str]], request: ChatRequest
) -> AsyncGenerator[Chunk, None]:
    engine = app[CHOICE]["fine-tuning"]
    path = app[TUNED][name]
    asked = "\n".join(message["content"] for message in messages if message["role"] != "assistant")
    network: Any = await engine.run(lambda trainer: trainer.load(path))
    most = min(request.cap or LONGEST, LONGEST)
    made = 0
    for index in range(request.n or 1):
        yield _chunk(index, {"role": "assistant"})
        yield _chunk(index, {"content": MARK})
        seed = (request.seed or 0) + index
        begin = partial(network.answer, asked, most, request.temperature or 0.0, seed)
        here = 0
        async for word in engine.iterate(_begun(begin)):
            here += 1
            yield _chunk(index, {"content": word})
        made += here
        yield _chunk(index, {}, "length" if here == most else "stop")
    given = len(asked.split())
    yield {"choices": [], "usage": {"prompt_tokens": given, "completion_tokens": made}}


def _begun(begin: Callable[[], Iterator[str]]) -> Callable[[Any], Iterator[str]]:
    return lambda _: begin()


def _chunk(index: int, delta: dict[str, str], reason: str | None = None) -> Chunk:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": reason}]}
