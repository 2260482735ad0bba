"""A server in a process of its own that streams what OpenAI's endpoints stream, each event in a
segment of its own. The path says how many come and how many milliseconds apart:
`/200/5/chat/completions`; what is no stream is answered at once.
"""

import asyncio
import base64
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

PAINTED = base64.b64encode(bytes(20_000)).decode()  # of a partial picture
SPOKEN = bytes(4_800)  # a tenth of a second of PCM
VECTOR = base64.b64encode(bytes(4 * 1_536)).decode()


@contextmanager
def server() -> Iterator[str]:
    """Its address."""
    ours, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(parent: Connection) -> None:
    async def run() -> None:
        listening = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1000)
        parent.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(run())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await _head(reader):
        _, events, interval, *path = head.split(b" ")[1].decode().split("/")
        if path == ["embeddings"]:
            writer.write(_WHOLE)
            continue
        kind, event = _STREAMS["/".join(path)]
        writer.write(_BEGINNING % kind)
        for number in range(int(events)):
            await asyncio.sleep(int(interval) / 1000)
            writer.write(_segment(event(last=number + 1 == int(events))))
        writer.write((_segment(b"data: [DONE]\n\n") if b"event" in kind else b"") + b"0\r\n\r\n")
    writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n") if b": " in line)
    if b"content-length" in fields:
        await reader.readexactly(int(fields[b"content-length"]))
    else:
        await reader.readuntil(b"\r\n0\r\n\r\n")
    return head


_BEGINNING = (
    b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\nx-request-id: req_1\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def _segment(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _chunk(*, last: bool) -> bytes:
    """A chunk as OpenAI sends it; its text is the time of sending, on the machine's clock."""
    finish = b'"stop"' if last else b"null"
    return (
        b'data: {"id":"chatcmpl-Ck0123456789abcdefghijklmnop","object":"chat.completion.chunk",'
        b'"created":1790000000,"model":"gpt-6-luna","service_tier":"default",'
        b'"system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":"%.6f"},'
        b'"logprobs":null,"finish_reason":%s}],"usage":null,"obfuscation":"abcdefg"}\n\n'
        % (time.monotonic(), finish)
    )


def _event(**facts: object) -> bytes:
    return f"event: {facts['type']}\ndata: {json.dumps(facts)}\n\n".encode()


def _picture(*, last: bool) -> bytes:
    if last:
        return _event(type="image_generation.completed", b64_json=PAINTED, created_at=1_790_000_000)
    return _event(type="image_generation.partial_image", b64_json=PAINTED, partial_image_index=0)


def _heard(*, last: bool) -> bytes:
    if last:
        return _event(type="transcript.text.done", text="a word")
    return _event(type="transcript.text.delta", delta="word ")


def _sound(*, last: bool) -> bytes:
    if last:
        return _event(type="speech.audio.done", usage={"input_tokens": 1, "output_tokens": 2})
    return _event(type="speech.audio.delta", audio=base64.b64encode(SPOKEN).decode())


_EVENTS = b"text/event-stream"
_STREAMS: Mapping[str, tuple[bytes, Callable[..., bytes]]] = {
    "chat/completions": (_EVENTS, _chunk),
    "images/generations": (_EVENTS, _picture),
    "audio/transcriptions": (_EVENTS, _heard),
    "audio/speech": (b"audio/pcm", lambda **_: SPOKEN),
    "events/audio/speech": (_EVENTS, _sound),
}
_LIST = json.dumps({
    "object": "list", "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}],
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
}).encode()  # fmt: skip
_WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_LIST), _LIST,
)  # fmt: skip
