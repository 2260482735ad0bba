import asyncio
import logging
import re
import socket
from contextlib import aclosing, suppress

import pytest
from pydantic import SecretStr

from bot.errors import Refused
from bot.openai import errors
from bot.openai.calls import Call
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.meter import Free
from bot.openai.models import Models
from bot.openai.retry import ATTEMPTS
from bot.openai.transport import Timeouts, Transport
from tests.fakes.openai import HTML, FakeOpenAI, Fault

ASK = Call("POST", "chat/completions", b'{"model": "m", "messages": [{"content": "hi"}]}', "m")


def read(answer):
    return answer


async def test_the_key_the_organisation_and_our_name_are_sent(fake):
    transport = Transport(fake.url + "/", SecretStr(" sk-fake\n"), "org-7")
    await transport.fetch(ASK, Free(), read)
    await transport.aclose()
    headers = fake.calls[0].headers
    assert headers["Authorization"] == "Bearer sk-fake"
    assert headers["OpenAI-Organization"] == "org-7"
    assert headers["User-Agent"].startswith("Parley")


@pytest.mark.parametrize(
    ("fault", "kind", "sends"),
    [
        (Fault(400, "invalid_value"), errors.BadRequest, 1),
        (Fault(401, "invalid_api_key"), errors.AuthenticationFailed, 1),
        (Fault(403, "unsupported_country"), errors.PermissionDenied, 1),
        (Fault(404, "model_not_found"), errors.NotFound, 1),
        (Fault(413), errors.TooLarge, 1),
        (Fault(429, "rate_limit_exceeded"), errors.RateLimited, ATTEMPTS),
        (Fault(429, "insufficient_quota"), errors.QuotaSpent, 1),
        (Fault(500, "server_error"), errors.ServerFailed, ATTEMPTS),
        (Fault(503, "server_is_overloaded"), errors.ServerFailed, ATTEMPTS),
        (HTML, errors.ServerFailed, ATTEMPTS),
        (Fault(200, body=HTML.body), errors.Malformed, 1),
        (Fault(disconnect=True), errors.ConnectionFailed, ATTEMPTS),
    ],
    ids=str,
)
async def test_each_fault_is_tried_as_often_as_it_makes_sense(
    fake, transport, books, *, fault, kind, sends
):
    fake.faults.extend([fault] * ATTEMPTS)
    with pytest.raises(kind) as caught:
        await transport.fetch(ASK, books, read)
    assert type(caught.value) is kind
    assert len(fake.calls) == sends
    assert books.told == ["sending", kind.__name__] * sends


async def test_a_server_that_says_nothing_is_asked_as_often_as_one_that_fails(fake, hurried, books):
    fake.faults.extend([Fault(hang=True)] * ATTEMPTS)
    with pytest.raises(errors.TimedOut):
        await hurried.fetch(ASK, books, read)
    assert books.told == ["sending", "TimedOut"] * ATTEMPTS


async def test_a_passing_fault_is_not_seen_by_the_caller(fake, transport, books):
    fake.faults.extend([Fault(500), Fault(disconnect=True)])
    answer = await transport.fetch(ASK, books, read)
    assert b"You said: hi" in answer.body
    assert books.told == ["sending", "ServerFailed", "sending", "ConnectionFailed", "sending"]


async def test_the_wait_that_the_server_asks_for_is_the_least(fake, transport, held):
    fake.faults.append(Fault(429, "rate_limit_exceeded", {"retry-after": "7"}))
    await transport.fetch(ASK, Free(), read)
    assert 7 <= held.slept[0] < 8


async def test_a_wait_beyond_the_deadline_is_not_begun(fake, transport, held):
    fake.faults.append(Fault(429, "rate_limit_exceeded", {"retry-after": "3600"}))
    with pytest.raises(errors.RateLimited):
        await transport.fetch(ASK, Free(), read)
    assert held.slept == []


async def test_the_server_may_forbid_and_allow_another_attempt(fake, transport):
    fake.faults.append(Fault(500, headers={"x-should-retry": "false"}))
    with pytest.raises(errors.ServerFailed):
        await transport.fetch(ASK, Free(), read)
    fake.faults.append(Fault(400, headers={"x-should-retry": "true"}))
    await transport.fetch(ASK, Free(), read)
    assert len(fake.calls) == 3


async def test_a_refused_connection_cannot_have_cost_anything(held, books):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        transport = Transport(f"http://127.0.0.1:{unused.getsockname()[1]}", clock=held.clock)
        with pytest.raises(errors.ConnectionFailed) as caught:
            await transport.fetch(ASK, books, read)
        await transport.aclose()
    assert not caught.value.may_have_run
    assert len(held.slept) == ATTEMPTS - 1


async def test_an_answer_that_was_lost_may_have_cost_something(fake, transport, hurried, books):
    fake.faults.append(Fault(disconnect=True))
    await transport.fetch(ASK, books, read)
    fake.faults.extend([Fault(hang=True)] * ATTEMPTS)
    with suppress(errors.TimedOut):
        await hurried.fetch(ASK, books, read)
    assert len(books.errors) == 1 + ATTEMPTS
    assert all(error.may_have_run for error in books.errors)


async def test_a_meter_that_refuses_keeps_the_call_from_going_out(fake, transport):
    class Closed(Free):
        async def sending(self):
            raise Refused("No.")

    with pytest.raises(Refused):
        await transport.fetch(ASK, Closed(), read)
    assert fake.calls == []


async def test_neither_key_nor_content_is_logged_or_said(fake, transport, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    leak = f"Incorrect API key provided: {fake.key}. sk-proj-abc*def"
    fake.faults.append(Fault(401, body=leak))
    with pytest.raises(errors.AuthenticationFailed) as caught:
        await transport.fetch(ASK, Free(), read)
    await transport.fetch(ASK, Free(), read)
    for words in (caplog.text, str(caught.value), caught.value.sentence):
        assert fake.key not in words
        assert "sk-proj" not in words
        assert "You said" not in words


async def test_a_key_that_looks_like_none_is_not_repeated_either(fake, connect):
    fake.key = "swordfish"
    transport = connect()
    fake.faults.append(Fault(400, body='{"error": {"message": "who is swordfish?"}}'))
    with pytest.raises(errors.BadRequest) as caught:
        await transport.fetch(ASK, Free(), read)
    assert "swordfish" not in caught.value.sentence + str(caught.value)


async def test_a_stream_that_never_ends_is_ended(fake, transport):
    stream = await transport.open(ASK, Free())
    assert await stream.read()
    stream._deadline = 0
    with pytest.raises(errors.TimedOut):
        await stream.read()
    await stream.aclose()


class Used:
    usage = "12 + 45 tokens"


async def test_one_line_of_the_log_has_all_that_may_be_known_of_a_call(fake, transport, caplog):
    caplog.set_level(logging.INFO, "bot")
    await transport.fetch(ASK, Free(), lambda _: Used())
    (line,) = (record.message for record in caplog.records)
    assert re.fullmatch(
        r"chat/completions m: 200 after \d+\.\d\d s, request req_1, 12 \+ 45 tokens", line
    )


async def test_a_stream_is_logged_at_its_end(fake, chat, caplog):
    caplog.set_level(logging.INFO, "bot")
    asked = ChatRequest(model="gpt-6-luna", messages=[ChatMessage("user", "a secret")])
    async with aclosing(chat.stream(asked, Free())) as stream:
        async for _ in stream:
            pass
    (line,) = (record.message for record in caplog.records)
    assert "gpt-6-luna: 200, stream of" in line
    assert "request req_1, 2 + 4 tokens" in line
    assert "secret" not in line


async def test_a_server_that_speaks_no_http_is_malformed(held):
    async def babble(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        transport = Transport(url, clock=held.clock, timeouts=Timeouts(first_byte=1))
        with pytest.raises(errors.OpenAIError):
            await transport.fetch(ASK, Free(), read)
        await transport.aclose()


@pytest.fixture
async def pair(fake, held):
    """A provider, and one that stands in for it."""
    async with FakeOpenAI(key="sk-second") as second:
        behind = Transport(second.url, SecretStr("sk-second"), clock=held.clock)
        first = Transport(fake.url, SecretStr(fake.key), fallback=behind, clock=held.clock)
        yield first, second
        await first.aclose()


@pytest.mark.parametrize(
    "fault", [Fault(429, "insufficient_quota"), Fault(500), Fault(disconnect=True)]
)
async def test_where_one_provider_is_down_or_its_quota_spent_the_next_one_answers(
    fake, pair, books, fault
):
    transport, second = pair
    fake.faults.extend([fault] * ATTEMPTS)
    answer = await transport.fetch(ASK, books, read)
    assert b"You said: hi" in answer.body
    assert len(second.calls) == 1
    assert books.told.count("sending") == len(fake.calls) + 1


@pytest.mark.parametrize("fault", [Fault(400), Fault(401, "invalid_api_key"), Fault(404)])
async def test_what_is_wrong_with_the_request_is_not_asked_elsewhere(fake, pair, fault):
    transport, second = pair
    fake.faults.append(fault)
    with pytest.raises(errors.OpenAIError):
        await transport.fetch(ASK, Free(), read)
    assert second.calls == []


@pytest.mark.parametrize(
    "call", [Call("GET", "files/file-1"), Call("POST", "batches", b"{}", "m", creates="a batch")]
)
async def test_what_one_provider_keeps_is_not_asked_of_another(fake, pair, call):
    transport, second = pair
    fake.faults.extend([Fault(429, "insufficient_quota")] * ATTEMPTS)
    with pytest.raises(errors.QuotaSpent):
        await transport.fetch(call, Free(), read)
    assert second.calls == []


async def test_a_stream_goes_to_the_next_provider_before_its_first_byte_alone(fake, pair):
    transport, second = pair
    fake.faults.append(Fault(429, "insufficient_quota"))
    stream = await transport.open(ASK, Free())
    await stream.aclose()
    assert len(second.calls) == 1


async def test_a_server_behind_a_login_is_given_it(fake):
    url = fake.url.replace("http://", "http://ada:secret@")
    async with aclosing(Transport(url)) as transport:
        with suppress(errors.OpenAIError):  # this one wants a key
            await Models(transport).list()
    assert fake.calls[0].headers["authorization"] == "Basic YWRhOnNlY3JldA=="
