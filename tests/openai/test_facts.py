"""What an answer says of itself: what it is, who knows it by which name, in which tier."""

import json
from contextlib import aclosing

import pytest

from bot.openai import catalogue, errors
from bot.openai.batches import Batches
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.chat_tools import ToolCalls
from bot.openai.chat_types import Facts
from bot.openai.embeddings import EmbeddingRequest, Embeddings
from bot.openai.files import Files
from bot.openai.fine_tuning import FineTuning
from bot.openai.meter import Free
from bot.openai.models import Models
from bot.openai.moderations import ModerationRequest, Moderations
from tests.fakes.openai import Fault

SHIPPED = catalogue.load()
ASKED = ChatRequest(model="gpt-6-luna", messages=[ChatMessage("user", "hello")])
FULL = {"id": "chatcmpl-req_1", "created": 1_790_000_000.0, "system_fingerprint": "fp_fake"}


async def streamed(chat):
    async with aclosing(chat.stream(ASKED, Free())) as chunks:
        return [chunk async for chunk in chunks]


async def test_every_chunk_knows_what_its_answer_is_known_by(fake, chat):
    fake.facts["service_tier"] = "flex"
    chunks = await streamed(chat)
    assert {chunk.facts for chunk in chunks} == {Facts(**FULL, service_tier="flex")}


async def test_a_whole_answer_too(fake, chat):
    assert (await chat.complete(ASKED, Free())).facts == Facts(**FULL)


async def test_what_is_surer_at_the_end_holds(fake, chat):
    def chunk(tier, **more):
        choice = {"delta": {"content": "Hi"}, "finish_reason": "stop"}
        return "data: " + json.dumps({"service_tier": tier, "choices": [choice], **more}) + "\n\n"

    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    fake.faults.append(Fault(200, body=chunk("auto", id="c1") + chunk("priority", usage=usage)))
    first, last = await streamed(chat)
    assert (first.facts.service_tier, last.facts) == ("auto", Facts("c1", service_tier="priority"))


@pytest.mark.parametrize("odd", [None, 7, [], {"a": 1}, True, "x" * 5_000, "a\nb\x00"])
async def test_whatever_a_server_writes_there_is_no_trouble(fake, chat, odd):
    names = ("id", "created", "system_fingerprint", "service_tier")
    fake.facts.update(dict.fromkeys(names, odd))
    facts = (await streamed(chat))[0].facts
    assert len(facts.id) <= 100
    assert facts.id.isprintable()


@pytest.mark.parametrize(
    "kind", ["chat.completion", "chat.completion.chunk", "text_completion", "", None, 5, []]
)
async def test_an_answer_of_its_kind_or_of_one_that_nobody_knows_is_taken(fake, chat, kind):
    choice = {"delta": {"content": "Hi"}, "message": {"content": "Hi"}, "finish_reason": "stop"}
    body = json.dumps({"object": kind, "choices": [choice]})
    fake.faults += [Fault(200, body=body), Fault(200, body=f"data: {body}\n\n")]
    assert (await chat.complete(ASKED, Free())).text == "Hi"
    assert "".join(chunk.text for chunk in await streamed(chat)) == "Hi"


WRONG = "answered with a `list` where a `{}` was asked for; is OPENAI_BASE_URL right?"
LIST = json.dumps({"object": "list", "data": [], "choices": [{"delta": {"content": "Hi"}}]})


async def test_a_chat_that_is_answered_by_another_thing_says_which(fake, chat):
    fake.faults += [Fault(200, body=LIST), Fault(200, body=f"data: {LIST}\n\n")]
    for ask in (chat.complete(ASKED, Free()), streamed(chat)):
        with pytest.raises(errors.Malformed) as trouble:
            await ask
        assert WRONG.format("chat.completion") in trouble.value.sentence


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (lambda transport: Files(transport).get("f"), "file"),
        (lambda transport: Batches(transport).get("b"), "batch"),
        (lambda transport: FineTuning(transport, SHIPPED).get("j"), "fine_tuning.job"),
        (lambda transport: Models(transport).retrieve("m"), "model"),
    ],
)
async def test_so_does_what_the_provider_keeps(fake, transport, ask, wanted):
    fake.faults.append(Fault(200, body=json.dumps({"object": "list", "id": "x", "status": "y"})))
    with pytest.raises(errors.Malformed) as trouble:
        await ask(transport)
    assert WRONG.format(wanted) in trouble.value.sentence


@pytest.mark.parametrize(
    "ask",
    [
        lambda transport: Files(transport).list(),
        lambda transport: Models(transport).list(),
        lambda transport: FineTuning(transport, SHIPPED).events("j"),
    ],
)
async def test_so_does_a_list(fake, transport, ask):
    fake.faults.append(Fault(200, body=json.dumps({"object": "file", "data": []})))
    with pytest.raises(errors.Malformed) as trouble:
        await ask(transport)
    assert "answered with a `file` where a `list` was asked for" in trouble.value.sentence


@pytest.mark.parametrize("kinds", [("file", "embedding"), ("list", "model")])
async def test_so_do_embeddings(fake, transport, kinds):
    outer, inner = kinds
    entry = {"object": inner, "embedding": [0.5], "index": 0}
    fake.faults.append(Fault(200, body=json.dumps({"object": outer, "data": [entry]})))
    asked = EmbeddingRequest(model="text-embedding-3-small", input="a")
    with pytest.raises(errors.Malformed, match="not a"):
        await Embeddings(transport, SHIPPED).create(asked, Free())


async def test_each_verdict_has_the_id_of_its_moderation(fake, transport):
    asked = ModerationRequest(model="omni-moderation-latest", input=("hurt", "well"))
    found = await Moderations(transport, SHIPPED).create(asked, Free())
    assert [verdict.id for verdict in found.results] == ["modr-1", "modr-1"]


async def test_a_function_call_of_2023_is_a_tool_call(fake, chat):
    fake.calls_as_in_2023 = True
    fake.tool_calls += [{"look_up": '{"what": "it"}'}] * 2
    whole = await chat.complete(ASKED, Free())
    assert whole.finish_reason == "function_call"
    calls = ToolCalls()
    chunks = await streamed(chat)
    for chunk in chunks:
        calls.hear(chunk.tool_calls)
    assert "function_call" in {chunk.finish_reason for chunk in chunks}
    for (call,) in (whole.tool_calls, calls.calls):
        assert (call.name, call.arguments) == ("look_up", '{"what": "it"}')
        assert call.id
