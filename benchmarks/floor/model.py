"""How the floor bots ask the model: bare httpx on the aiohttp transport, msgspec, nothing else."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

INTERVAL = 1.2  # seconds between two edits, as Parley's adapters keep it


class Delta(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    delta: Delta


class Chunk(msgspec.Struct):
    choices: list[Choice]


class Model:
    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=100)
        self._client = httpx.AsyncClient(transport=AiohttpTransport(limits=limits), timeout=60)
        self._url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
        self._key = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}

    async def pieces(self, question: str) -> AsyncIterator[str]:
        messages = [{"role": "user", "content": question}]
        body = msgspec.json.encode({"model": "gpt-6-luna", "stream": True, "messages": messages})
        rest = b""
        async with self._client.stream("POST", self._url, content=body, headers=self._key) as said:
            async for data in said.aiter_raw():
                *events, rest = (rest + data).split(b"\n\n")
                for event in events:
                    if event.startswith(b"data: {"):
                        for choice in _chunk(event[6:]).choices:
                            if choice.delta.content:
                                yield choice.delta.content


_chunk = msgspec.json.Decoder(Chunk).decode


class Pace:
    """For one message, or shared by all that a platform counts together."""

    def __init__(self) -> None:
        self._next = 0.0

    def due(self) -> bool:
        if monotonic() < self._next:
            return False
        self._next = monotonic() + INTERVAL
        return True


async def written(
    pieces: AsyncIterator[str],
    post: Callable[[str], Awaitable[str]],
    edit: Callable[[str, str], Awaitable[object]],
    pace: Pace,
) -> None:
    """A post with the first words, edits at the pace, a last edit at the end."""
    text = posted = ""
    async for piece in pieces:
        text += piece
        if not posted:
            posted = await post(text)
            pace.due()
        elif pace.due():
            await edit(posted, text)
    await edit(posted, text)
