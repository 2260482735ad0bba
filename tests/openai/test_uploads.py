import asyncio

import pytest
from aiohttp import MultipartReader, StreamReader
from aiohttp.base_protocol import BaseProtocol
from hypothesis import given
from hypothesis import strategies as st

from bot.openai import client, errors
from bot.openai.calls import Call
from bot.openai.endpoint import flattened
from bot.openai.exchange import Exchange
from bot.openai.meter import Free
from bot.openai.transport import Timeouts, Transport
from bot.openai.uploads import Form, Upload

# aiohttp's reader stumbles over “;;” in quotes; the standard does not.
names = st.text(st.characters(exclude_characters=";"), min_size=1, max_size=20)
contents = st.binary(max_size=2000)


async def parsed(form):
    """As aiohttp reads it."""
    loop = asyncio.get_running_loop()
    stream = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    size = 0
    async for piece in form.body():
        stream.feed_data(piece)
        size += len(piece)
    stream.feed_eof()
    assert form.headers.get("Content-Length") in {None, str(size)}
    reader = MultipartReader(form.headers, stream)
    return [(part.filename, bytes(await part.read())) async for part in reader]


@given(st.lists(st.tuples(names, st.text() | st.tuples(names, contents)), max_size=5))
def test_any_form_is_read_as_it_was_written(entries):
    fields = [
        (name, value if isinstance(value, str) else Upload.content(*value))
        for name, value in entries
    ]
    found = asyncio.run(parsed(Form(fields)))
    expected = [v.encode(errors="replace") if isinstance(v, str) else v[1] for _, v in entries]
    assert [content for _, content in found] == expected
    for (filename, _), (_, value) in zip(found, entries, strict=True):
        assert (filename is None) == isinstance(value, str)


def test_lists_and_tables_are_in_brackets():
    table = {"anchor": "created_at", "seconds": 60}
    assert flattened("include", ("logprobs",)) == [("include[]", "logprobs")]
    assert flattened("expires_after", table) == [
        ("expires_after[anchor]", "created_at"),
        ("expires_after[seconds]", "60"),
    ]
    assert flattened("stream", True) == [("stream", "true")]
    assert flattened("temperature", 0.2) == [("temperature", "0.2")]


def post(file):
    return Call("POST", "files", Form([("purpose", "batch"), ("file", file)]), creates="the file")


async def test_the_time_for_the_first_byte_begins_with_the_last_of_the_upload(fake):
    left = []

    async def pieces():
        for _ in range(3):
            yield b"x"
            await asyncio.sleep(0)
            left.append(exchange._limit.when() - asyncio.get_running_loop().time())

    async def answer(_):
        left.append(exchange._limit.when() - asyncio.get_running_loop().time())

    fake.before = answer
    timeouts = Timeouts(first_byte=10, silence=100, total=1000)
    http = client.Client(fake.url, fake.key, None)
    exchange = Exchange(http, post(Upload("a", pieces, 3)), timeouts, 1000, "")
    assert (await exchange.whole()).status == 200
    await http.aclose()
    assert [round(seconds, -1) for seconds in left] == [100, 100, 100, 10]


async def test_a_source_that_falls_silent_ends_the_upload(hurried):
    async def pieces():
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(errors.AnswerLost):
        await hurried.fetch(post(Upload("a", pieces, 10)), Free(), lambda a: a.status)


async def test_an_upload_that_is_refused_at_its_beginning_ends_there(held):
    """What was refused is told, though the rest was never read."""

    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"error": {"message": "Maximum content size limit exceeded"}}'
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        await gone.wait()
        writer.close()

    async def pieces():
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0)
        finally:
            closed.set()

    gone, closed = asyncio.Event(), asyncio.Event()
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        transport = Transport(url, clock=held.clock)
        with pytest.raises(errors.TooLarge):
            await transport.fetch(post(Upload("a", pieces, 10**9)), Free(), lambda a: a.status)
        async with asyncio.timeout(5):
            await closed.wait()
        gone.set()
        await transport.aclose()


async def test_a_cancelled_upload_closes_its_source(fake, transport):
    started, closed = asyncio.Event(), asyncio.Event()

    async def pieces():
        try:
            yield b"x"
            started.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    upload = asyncio.create_task(
        transport.fetch(post(Upload("a", pieces, 10)), Free(), lambda a: a.status)
    )
    async with asyncio.timeout(5):
        await started.wait()
        upload.cancel()
        await asyncio.wait([upload])
        await closed.wait()
    assert upload.cancelled()
