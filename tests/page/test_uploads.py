"""Files that people attach: from the browser to a handler."""

import asyncio
import base64
import contextlib
import os
import time

import aiohttp
import pytest
from yarl import URL

from adapters.page import uploads
from bot.errors import Refused
from bot.events import Attachment
from tests.page import samples
from tests.page.house import House


async def read(page, attachment):
    async with contextlib.aclosing(page.open(attachment)) as chunks:
        return b"".join([chunk async for chunk in chunks])


def on_disk(house):
    return [path for path in house.folder.rglob("*") if path.is_file()]


async def test_an_attached_file_comes_with_the_message_and_can_be_read():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("notes.txt", b"hello")
        said = await ada.say("read this", files=[file])
        (event,) = house.parley.events.values()
        (attachment,) = event.attachments
        assert attachment == Attachment(attachment.reference, "notes.txt", "text/plain", 5)
        assert await read(house.page, attachment) == b"hello"
        await ada.open(said)
        (shown,) = ada.posts[said]["media"]
        assert (shown["kind"], shown["name"], shown["size"]) == ("file", "notes.txt", 5)
        assert await ada.fetch(shown["url"]) == b"hello"


async def test_a_file_alone_is_a_message_and_names_its_thread():
    async with House() as house:
        ada = await house.client()
        await ada.say("", files=[await ada.upload("fox.png", samples.png())])
        (event,) = house.parley.events.values()
        assert (event.text, event.attachments[0].media_type) == ("", "image/png")
        await ada.until(lambda: any(m["type"] == "thread" for m in ada.heard))
        assert next(m for m in ada.heard if m["type"] == "thread")["title"] == "fox.png"


async def test_an_attachment_can_be_read_after_a_restart():
    async with House() as house:
        ada = await house.client()
        await ada.say("read this", files=[await ada.upload("notes.txt", b"hello")])
        (attachment,) = next(iter(house.parley.events.values())).attachments
    async with House(house.state) as anew:
        assert await read(anew.page, attachment) == b"hello"


async def test_a_message_with_a_file_that_is_sent_again_is_one():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("notes.txt", b"hello")
        message = {"type": "say", "id": "said-0001", "thread": "said-0001", "text": ""}
        message["files"] = [file]
        for _ in range(2):
            await ada.send(message)
        await ada.until(lambda: sum(m["type"] == "got" for m in ada.heard) == 2)
        assert len(house.parley.events) == len(on_disk(house)) == 1


async def test_a_file_that_was_not_accepted_waits_for_the_next_try():
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("notes.txt", b"hello")
        house.parley.refuse = "The disk is full."
        assert ada.refusal(await ada.say("x", files=[file])) == "The disk is full."
        house.parley.refuse = ""
        await ada.say("x", files=[file])
        (event,) = house.parley.events.values()
        assert await read(house.page, event.attachments[0]) == b"hello"


async def test_a_file_that_is_not_there_gets_a_sentence():
    async with House() as house:
        ada, grace = await house.client("ada"), await house.client("grace")
        file = await ada.upload("secret.txt", b"hello")
        for client, attached in ((grace, file), (ada, {"id": "never-seen", "name": "secret.txt"})):
            sentence = client.refusal(await client.say("read it", files=[attached]))
            assert sentence == "“secret.txt” is not here any more: attach it again."
        assert not house.parley.events


async def test_more_than_ten_files_are_not_the_protocol():
    async with House() as house:
        ada = await house.client()
        assert ada.welcome["most"] == 10
        files = [{"id": f"file-number-{n}", "name": "x"} for n in range(11)]
        message = {"type": "say", "id": "said-0001", "thread": "said-0001", "text": ""}
        await ada.send(message | {"files": files})
        await ada.until(lambda: ada.closed)
        assert ada.close_code == 4400


async def chunks(size):
    for _ in range(size // 1000):
        yield bytes(1000)


@pytest.mark.parametrize("body", [lambda: bytes(3000), lambda: chunks(3000)])
async def test_a_file_that_is_too_large_is_told_the_limit_and_leaves_nothing(monkeypatch, body):
    monkeypatch.setattr(uploads, "LARGEST", 2000)
    async with House() as house, aiohttp.ClientSession() as web:
        response = await web.post(
            f"{house.address}/media/ada?name=film.mp4",
            data=body(),
            headers={"Origin": house.address},
        )
        assert response.status == 400
        assert "“film.mp4” is larger than" in await response.text()
        assert not on_disk(house)


def post(size, content=b""):
    head = "POST /media/ada?name=x HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
    return f"{head}Content-Length: {size}\r\n\r\n".encode() + content


async def test_what_says_that_it_will_be_too_large_is_not_waited_for():
    async with House() as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(house.address).port)
        writer.write(post(uploads.LARGEST + 1))
        assert b"400" in await asyncio.wait_for(reader.readline(), 5)
        writer.transport.abort()


async def test_an_empty_file_gets_a_sentence():
    async with House() as house, aiohttp.ClientSession() as web:
        response = await web.post(
            f"{house.address}/media/ada?name=nothing.txt", headers={"Origin": house.address}
        )
        assert (response.status, await response.text()) == (400, "“nothing.txt” is empty.")
        assert not on_disk(house)


async def test_an_upload_that_breaks_off_leaves_nothing():
    async with House() as house:
        _reader, writer = await asyncio.open_connection("127.0.0.1", URL(house.address).port)
        writer.write(post(1000, b"x" * 100))
        await writer.drain()
        async with asyncio.timeout(5):
            while not on_disk(house):
                await asyncio.sleep(0.005)
            writer.transport.abort()
            while on_disk(house):
                await asyncio.sleep(0.005)


async def test_a_full_disk_is_told(monkeypatch):
    async with House() as house, aiohttp.ClientSession() as web:
        house.folder.joinpath("page").write_text("in the way")
        response = await web.post(
            f"{house.address}/media/ada?name=x.txt", data=b"x", headers={"Origin": house.address}
        )
        assert response.status == 507
        assert "disk may be full" in await response.text()


async def test_what_was_never_sent_is_deleted_after_a_day():
    async with House() as house:
        ada = await house.client()
        sent, old, _new = [await ada.upload(name, b"x") for name in ("sent", "old", "new")]
        await ada.say("look", files=[sent])
        for path in on_disk(house):
            if path.name in {sent["id"], old["id"]}:
                os.utime(path, (0, time.time() - 90_000))
        left = {path.name for path in on_disk(house)} - {old["id"]}
    async with House(house.state) as anew:
        async with asyncio.timeout(5):
            while {path.name for path in on_disk(anew)} != left:
                await asyncio.sleep(0.005)


async def test_an_attachment_that_is_gone_is_refused_with_a_sentence():
    async with House() as house:
        for reference in ("ada/post-0001/file-0001", "../../hosts", "ada/../x", "//"):
            with pytest.raises(Refused) as refused:
                await read(house.page, Attachment(reference, "x.txt"))
            assert refused.value.sentence == "“x.txt” is not here any more: attach it again."


async def test_what_was_spoken_into_the_browser_says_how_long_and_how_loud_it_is():
    webm = b"\x1a\x45\xdf\xa3 webm \x86\x86A_OPUS"
    async with House() as house:
        ada = await house.client()
        file = await ada.upload("voice message.webm", webm)
        waveform = base64.b64encode(bytes([0, 128, 255])).decode()
        said = await ada.say("", files=[file | {"seconds": 2.5, "waveform": waveform}])
        (attachment,) = next(iter(house.parley.events.values())).attachments
        assert (attachment.spoken, attachment.seconds) == (True, 2.5)
        assert attachment.media_type == "audio/webm"
        await ada.open(said)
        (shown,) = ada.posts[said]["media"]
        assert (shown["kind"], shown["waveform"], shown["seconds"]) == ("voice", waveform, 2.5)
