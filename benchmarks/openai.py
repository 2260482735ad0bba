"""The OpenAI client against its floors (P4): CPU time of this process for a streamed event, the
server in a process of its own, each event in a segment of its own.

The floor is httpx on the aiohttp transport with nothing on top but the decoding of the JSON; the
official SDK stands beside it.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from itertools import chain

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from benchmarks.row import Row, against, sized, within
from benchmarks.server import server
from bot.openai import catalogue
from bot.openai.chat import Chat, ChatMessage, ChatRequest
from bot.openai.meter import Free
from bot.openai.transport import Transport

ROUNDS = sized(7, 3)
STREAMS = 10  # at once in a round
EVENTS = 200  # of a stream
INTERVAL = 4  # milliseconds between two events of a stream
CROWD = 400  # streams of the lag test, with 40 events a second each
CROWD_SECONDS = sized(8, 4)
ARRIVAL = 0.005  # seconds between two new streams: people do not all ask in one instant

REQUEST = ChatRequest(model="m", messages=[ChatMessage("user", "hi")])


def rows() -> list[Row]:
    with server() as url:
        return [*_costs(f"{url}/{EVENTS}/{INTERVAL}"), *_lags(f"{url}/{CROWD_SECONDS * 40}/25")]


def _costs(url: str) -> list[Row]:
    """Floor, ours and SDK take turns, so that a busy machine is unfair to all alike."""
    kinds = (_floor, _ours, _sdk)
    for kind in kinds:
        asyncio.run(_round(kind, url))
    times = [[asyncio.run(_round(kind, url)) for kind in kinds] for _ in range(ROUNDS)]
    floor, ours, sdk = map(statistics.median, zip(*times, strict=True))
    to_floor = statistics.median(mine / bare for bare, mine, _ in times)
    to_sdk = statistics.median(mine / theirs for _, mine, theirs in times)
    return [
        Row("P4 streamed event, us, to bare httpx on aiohttp", ours, floor, to_floor, 1.3),
        Row("P4 streamed event, us, to the official SDK", ours, sdk, to_sdk, 0.25),
    ]


def _lags(url: str) -> list[Row]:
    """A machine that is busy with other things lags too: the floor's lag shows how much."""
    bare, lag = (asyncio.run(_crowd(kind, url)) for kind in (_floor, _ours))
    name = f"P4 {CROWD} streams x 40/s: p99 lag in ms"
    return [
        within(f"{name}, to 50 ms", lag, 50),
        against(f"{name}, to bare httpx", lag, bare, 1.3),
    ]


Listen = Callable[[], Awaitable[list[float]]]  # one stream to its end; each event's lag in seconds
Opened = AsyncIterator[Listen]


async def _round(kind: Callable[[str], Opened], url: str) -> float:
    """Microseconds of CPU time an event."""
    async with aclosing(kind(url)) as opened:
        listen = await anext(opened)
        await listen()
        start = time.process_time()
        lags = await asyncio.gather(*(listen() for _ in range(STREAMS)))
        return (time.process_time() - start) / sum(map(len, lags)) * 1e6


async def _crowd(kind: Callable[[str], Opened], url: str) -> float:
    """The 99th percentile of the milliseconds from the server's write to our reading."""
    async with aclosing(kind(url)) as opened:
        listen = await anext(opened)

        async def arrive(number: int) -> list[float]:
            await asyncio.sleep(number * ARRIVAL)
            return await listen()

        lags = await asyncio.gather(*map(arrive, range(CROWD)))
    return statistics.quantiles(chain(*lags), n=100)[-1] * 1000


def _since(text: str) -> float:
    return time.monotonic() - float(text)


async def _floor(url: str) -> Opened:
    limits = httpx.Limits(max_connections=CROWD)
    over = AiohttpTransport(verify=False, limits=limits)
    async with httpx.AsyncClient(transport=over, timeout=60) as client:

        async def listen() -> list[float]:
            body = msgspec.json.encode(REQUEST)
            lags = []
            async with client.stream("POST", f"{url}/chat/completions", content=body) as answer:
                async for piece in answer.aiter_raw():
                    for event in piece.split(b"\n\n"):
                        if event.startswith(b"data: {"):
                            chunk = msgspec.json.decode(event[6:])
                            lags.append(_since(chunk["choices"][0]["delta"]["content"]))
            return lags

        yield listen


async def _ours(url: str) -> Opened:
    async with aclosing(Transport(url)) as transport:
        chat = Chat(transport, catalogue.load())

        async def listen() -> list[float]:
            async with aclosing(chat.stream(REQUEST, Free())) as stream:
                return [_since(chunk.text) async for chunk in stream]

        yield listen


async def _sdk(url: str) -> Opened:
    # 1.1 s of CPU time to import: only here, and after the others were warmed up.
    from openai import AsyncOpenAI  # noqa: PLC0415

    async with AsyncOpenAI(base_url=url, api_key="none") as client:

        async def listen() -> list[float]:
            messages = [{"role": "user", "content": "hi"}]
            stream = await client.chat.completions.create(model="m", messages=messages, stream=True)
            return [_since(chunk.choices[0].delta.content) async for chunk in stream]

        yield listen


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name:52} {row.ours:8.1f} {row.floor:8.1f} {row.ratio:6.2f} <= {row.goal}")
