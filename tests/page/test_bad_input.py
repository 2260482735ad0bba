import contextlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.page import receive
from adapters.page.wire import Say
from bot.errors import Refused
from tests.fakes.page_client import PageClient
from tests.page.house import House


@pytest.mark.parametrize("text", ["", "   \n\t", "\0\0"])
async def test_an_empty_message_gets_a_sentence(text):
    async with House() as house:
        ada = await house.client()
        assert "empty" in ada.refusal(await ada.say(text))
        assert not house.parley.events


async def test_a_long_message_is_taken_and_a_too_long_one_told_the_limit():
    async with House() as house:
        ada = await house.client()
        assert ada.refusal(await ada.say("x" * 32_000)) == ""
        sentence = ada.refusal(await ada.say("🦊" * 100_000))
        assert "100,000" in sentence
        assert "32,000" in sentence
        assert len(house.parley.events) == 1


async def test_zero_bytes_and_marks_of_every_script_arrive():
    async with House() as house:
        ada = await house.client()
        await ada.say("a\0b \u202e עברית 👩‍🚀")
        (event,) = house.parley.events.values()
        assert event.text == "ab \u202e עברית 👩‍🚀"


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "null",
        "[]",
        '{"type":"nonsense"}',
        '{"type":"say"}',
        '{"type":"say","id":"12345678","thread":"../../etc","text":"x"}',
        '{"type":"say","id":"12345678","thread":"12345678","text":7}',
        '{"type":"say","id":"12345678","thread":"12345678","text":"\\ud800x"}',
        '{"type":"open","thread":"a/bcdefgh\\n"}',
        '{"type":"hello","person":"' + "x" * 99 + '"}',
    ],
)
async def test_what_is_not_the_protocol_closes_the_connection_with_a_reason(frame):
    async with House() as house:
        client = await PageClient(house.address).connect()
        await client.ws.send_str(frame)
        await client.until(lambda: client.closed)
        assert client.close_code == 4400
        await client.aclose()
        assert not house.state.rows


async def test_bytes_are_not_the_protocol():
    async with House() as house:
        client = await PageClient(house.address).connect()
        await client.ws.send_bytes(b"\x00\xff")
        await client.until(lambda: client.closed)
        assert client.close_code == 1003
        await client.aclose()


async def test_a_message_of_megabytes_closes_the_connection():
    async with House() as house:
        client = await PageClient(house.address).connect()
        said = uuid.uuid4().hex
        await client.ws.send_str(
            json.dumps({"type": "say", "id": said, "thread": said, "text": "x" * 2_000_000})
        )
        await client.until(lambda: client.closed)
        assert client.close_code == 1009
        await client.aclose()


@given(st.text())
def test_any_text_becomes_a_message_or_a_sentence(text):
    said = Say("12345678", "12345678", text)
    with contextlib.suppress(Refused):
        message = receive.message(receive.Who("ada", "ada"), said)
        assert message.text.encode()
        assert "\0" not in message.text
