"""P4 for the endpoints beside chat: CPU time of this process for an event of each stream, and for a
small JSON request, eight at once. Then what it takes to import the client.

The floor is httpx on the aiohttp transport with nothing on top but the decoding of the JSON; the
official SDK stands beside it.
"""

import asyncio
import base64
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, NamedTuple

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from benchmarks.row import Row, against, sized
from benchmarks.server import server
from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.embeddings import EmbeddingRequest
from bot.openai.images import ImageRequest
from bot.openai.meter import Free
from bot.openai.speech import SpeechRequest
from bot.openai.transcription import TranscriptionRequest
from bot.openai.transport import Transport
from bot.openai.uploads import Upload

ROUNDS = sized(7, 3)
STREAMS = 10  # at once in a round
EVENTS = 200  # of a stream
INTERVAL = 4  # milliseconds between two events of a stream
REQUESTS = 400  # of JSON in a round
TOGETHER = 8
NOTE = b"sound" * 1_000

Call = Callable[[], Awaitable[Any]]  # one stream to its end, or one request
Prepare = Callable[[str, AsyncExitStack], Awaitable[Call]]


class Endpoint(NamedTuple):
    name: str
    path: str  # after /events/interval
    body: Mapping[str, Any] | None  # None: a form with a file
    ours: Callable[[API], Callable[[], AsyncIterator[Any]]]
    theirs: Callable[[Any], Callable[[], Awaitable[Any]]] | None


def rows() -> list[Row]:
    with server() as url:
        streams = [row for endpoint in STREAMED for row in _streams(endpoint, url)]
        return [*streams, *_requests(url), *_imports()]


def _streams(endpoint: Endpoint, url: str) -> list[Row]:
    base = f"{url}/{EVENTS}/{INTERVAL}"
    floor, ours, theirs = _floor(endpoint), _client(endpoint), _sdk(endpoint)
    size = STREAMS * EVENTS
    return _compared(f"P4 {endpoint.name}, us an event", base, (floor, ours, theirs), STREAMS,
                     STREAMS, size, (1.3, 0.25))  # fmt: skip


def _requests(url: str) -> list[Row]:
    kinds = (_floor_json, _client_json, _sdk_json)
    return _compared("P4 JSON request, us", f"{url}/0/0", kinds, TOGETHER, REQUESTS, REQUESTS,
                     (1.3, 0.5))  # fmt: skip


def _compared(  # noqa: PLR0913, PLR0917  a comparison has this many facts
    name: str, base: str, kinds: Sequence[Prepare | None], together: int, calls: int, size: int,
    goals: tuple[float, float],
) -> list[Row]:  # fmt: skip
    """Floor, ours and SDK take turns, so that a busy machine is unfair to all alike."""
    there = [kind for kind in kinds if kind]
    for kind in there:
        asyncio.run(_round(kind, base, together, together, together))
    times = [
        [asyncio.run(_round(kind, base, together, calls, size)) for kind in there]
        for _ in range(ROUNDS)
    ]
    middle = [statistics.median(column) for column in zip(*times, strict=True)]
    rivals = zip(("bare httpx on aiohttp", "the official SDK"), (0, 2), goals, strict=True)
    return [
        Row(f"{name}, to {rival}", middle[1], middle[at],
            statistics.median(turn[1] / turn[at] for turn in times), goal)
        for rival, at, goal in rivals
        if at < len(there)
    ]  # fmt: skip


async def _round(kind: Prepare, base: str, together: int, calls: int, size: int) -> float:
    """Microseconds of CPU time for each of `size`."""
    async with AsyncExitStack() as stack:
        call = await kind(base, stack)
        await call()
        left = iter(range(calls))

        async def work() -> None:
            for _ in left:
                await call()

        start = time.process_time()
        await asyncio.gather(*(work() for _ in range(together)))
        return (time.process_time() - start) / size * 1e6


def _bare(stack: AsyncExitStack) -> Awaitable[httpx.AsyncClient]:
    over = AiohttpTransport(verify=False, limits=httpx.Limits(max_connections=STREAMS))
    return stack.enter_async_context(httpx.AsyncClient(transport=over, timeout=60))


def _floor(endpoint: Endpoint) -> Prepare:
    async def prepare(base: str, stack: AsyncExitStack) -> Call:
        http = await _bare(stack)
        sent = _sent(endpoint)

        async def call() -> None:
            async with http.stream("POST", f"{base}/{endpoint.path}", **sent) as answer:
                kept = b""
                async for piece in answer.aiter_raw():
                    if endpoint.path == "audio/speech":
                        continue
                    *events, kept = (kept + piece).split(b"\n\n")
                    for event in events:
                        if (at := event.find(b"data: {")) >= 0:
                            found = msgspec.json.decode(event[at + 6 :])
                            base64.b64decode(found.get("audio", ""))

        return call

    return prepare


def _sent(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.body is None:
        return {"files": {"file": ("note.mp3", NOTE)}, "data": {"model": "m", "stream": "true"}}
    return {"content": msgspec.json.encode(endpoint.body)}


async def _api(base: str, stack: AsyncExitStack) -> API:
    transport = await stack.enter_async_context(aclosing(Transport(base)))
    return API.at(lambda _: transport, catalogue.load())


def _client(endpoint: Endpoint) -> Prepare:
    async def prepare(base: str, stack: AsyncExitStack) -> Call:
        before = "/events" if endpoint.path.startswith("events/") else ""
        opened = endpoint.ours(await _api(f"{base}{before}", stack))

        async def call() -> None:
            async with aclosing(opened()) as pieces:  # type: ignore[type-var]  # they are generators
                async for _ in pieces:
                    pass

        return call

    return prepare


def _sdk(endpoint: Endpoint) -> Prepare | None:
    if endpoint.theirs is None:
        return None
    theirs = endpoint.theirs

    async def prepare(base: str, stack: AsyncExitStack) -> Call:
        # 1.1 s of CPU time to import: only here.
        from openai import AsyncOpenAI  # noqa: PLC0415

        return theirs(await stack.enter_async_context(AsyncOpenAI(base_url=base, api_key="none")))

    return prepare


async def _floor_json(base: str, stack: AsyncExitStack) -> Call:
    http = await _bare(stack)
    body = {"model": "text-embedding-3-small", "input": "hi", "encoding_format": "base64"}

    async def call() -> None:
        answer = await http.post(f"{base}/embeddings", content=msgspec.json.encode(body))
        msgspec.json.decode(answer.content)

    return call


async def _client_json(base: str, stack: AsyncExitStack) -> Call:
    embeddings = (await _api(base, stack)).embeddings
    request = EmbeddingRequest(model="text-embedding-3-small", input="hi")
    return lambda: embeddings.create(request, Free())


async def _sdk_json(base: str, stack: AsyncExitStack) -> Call:
    from openai import AsyncOpenAI  # noqa: PLC0415  as above

    client = await stack.enter_async_context(AsyncOpenAI(base_url=base, api_key="none"))
    return lambda: client.embeddings.create(model="text-embedding-3-small", input="hi")


def _imports() -> list[Row]:
    pairs = [(_imported("bot.openai.api"), _imported("openai")) for _ in range(ROUNDS)]
    ours, theirs = (
        [statistics.median(column) for column in zip(*side, strict=True)]
        for side in zip(*pairs, strict=True)
    )
    return [
        against("the client's import, CPU ms, to the official SDK's", ours[0], theirs[0], 1.0),
        against("the client's memory, MiB, to the official SDK's", ours[1], theirs[1], 1.0),
    ]


_IMPORT = """
import psutil, time
before, began = psutil.Process().memory_info().rss, time.process_time()
import {module}
print((time.process_time() - began) * 1000, (psutil.Process().memory_info().rss - before) / 2**20)
"""


def _imported(module: str) -> tuple[float, float]:
    """Milliseconds of CPU time, MiB."""
    line = [sys.executable, "-c", _IMPORT.format(module=module)]
    told = subprocess.run(line, capture_output=True, check=True, text=True).stdout
    spent, grown = map(float, told.split())
    return spent, grown


def _theirs_of_pictures(client: Any) -> Callable[[], Awaitable[Any]]:
    async def call() -> None:
        stream = await client.images.generate(model="gpt-image-2", prompt="a fox", stream=True)
        async for _ in stream:
            pass

    return call


def _theirs_of_sound(client: Any) -> Callable[[], Awaitable[Any]]:
    async def call() -> None:
        note = ("note.mp3", NOTE)
        stream = await client.audio.transcriptions.create(file=note, model="m", stream=True)
        async for _ in stream:
            pass

    return call


def _theirs_of_speech(client: Any) -> Callable[[], Awaitable[Any]]:
    async def call() -> None:
        opened = client.audio.speech.with_streaming_response.create(
            model="tts-1", input="hi", voice="alloy", response_format="pcm"
        )
        async with opened as answer:
            async for _ in answer.iter_bytes():
                pass

    return call


_SPOKEN = SpeechRequest(model="tts-1", input="hi", voice="alloy", response_format="pcm")
_TOLD = SpeechRequest(model="gpt-4o-mini-tts", input="hi", voice="alloy", stream_format="sse")
_PAINTED = ImageRequest(model="gpt-image-2", prompt="a fox", partial_images=3)
_HEARD = TranscriptionRequest(model="m", file=Upload.content("note.mp3", NOTE))
STREAMED = (
    Endpoint("speech in bytes", "audio/speech", {"model": "tts-1", "input": "hi", "voice": "alloy"},
             lambda api: lambda: api.speech.stream(_SPOKEN, Free()), _theirs_of_speech),
    Endpoint("speech in events", "events/audio/speech", {"model": "gpt-4o-mini-tts", "input": "hi"},
             lambda api: lambda: api.speech.stream(_TOLD, Free()), None),
    Endpoint("pictures", "images/generations", {"model": "gpt-image-2", "prompt": "a fox"},
             lambda api: lambda: api.images.stream(_PAINTED, Free()), _theirs_of_pictures),
    Endpoint("transcripts", "audio/transcriptions", None,
             lambda api: lambda: api.transcriptions.stream(_HEARD, Free()), _theirs_of_sound),
)  # fmt: skip
