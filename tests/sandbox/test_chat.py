"""The official client as the judge of the sandbox's chat."""

import asyncio
from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI

from tests.sandbox.conftest import KEY

MODEL = "smollm2-135m-instruct"
CAPITAL = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "What is the capital of France?"},
]
SHORT = {"max_tokens": 12, "temperature": 0}
LONG = [{"role": "user", "content": "Tell me a long story about a dragon."}]


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=KEY, base_url=base_url, max_retries=0) as client:
        yield client


async def ask(client: AsyncOpenAI, messages=CAPITAL, **options):
    return await client.chat.completions.create(model=MODEL, messages=messages, **options)


async def test_it_knows_the_capital_of_france(client):
    answer = await ask(client, temperature=0.1, seed=1, max_tokens=50)
    assert "Paris" in answer.choices[0].message.content
    assert answer.model == MODEL


async def test_usage_adds_up(client):
    usage = (await ask(client, temperature=0, max_tokens=5)).usage
    assert (usage.completion_tokens, usage.total_tokens) == (5, usage.prompt_tokens + 5)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_a_capped_answer_says_that_it_was_cut(client, name):
    answer = await ask(client, LONG, **{name: 8})
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 8


async def test_a_streamed_answer_is_the_plain_one_in_pieces(client):
    options = {"messages": LONG, "seed": 7, "temperature": 0.8, "max_tokens": 24}
    plain = await ask(client, **options)
    stream = await ask(client, stream=True, stream_options={"include_usage": True}, **options)
    chunks = [chunk async for chunk in stream]
    *told, last = chunks
    text = "".join(chunk.choices[0].delta.content or "" for chunk in told)
    assert text == plain.choices[0].message.content
    assert told[0].choices[0].delta.role == "assistant"
    assert told[-1].choices[0].finish_reason == "length"
    assert (last.choices, last.usage.completion_tokens) == ([], plain.usage.completion_tokens)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_a_stream_has_no_usage_unless_asked(client):
    stream = await ask(client, stream=True, max_tokens=2)
    chunks = [chunk async for chunk in stream]
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


async def test_a_stop_sequence_ends_the_answer_before_it(client):
    answer = await ask(client, **SHORT, stop=["Paris"])
    assert answer.choices[0].message.content.strip() == "The capital of France is"
    assert answer.choices[0].finish_reason == "stop"


async def test_text_parts_and_the_developer_role_are_understood(client):
    said = [
        {"role": "developer", "content": "You are a helpful assistant."},
        {"role": "user", "content": [{"type": "text", "text": CAPITAL[1]["content"]}]},
    ]
    theirs = await ask(client, said, **SHORT)
    ours = await ask(client, **SHORT)
    assert theirs.choices[0].message.content == ours.choices[0].message.content


async def test_two_are_answered_at_once_and_a_third_waits_its_turn(client):
    answers = await asyncio.gather(*(ask(client, LONG, max_tokens=20, seed=n) for n in range(3)))
    assert all(answer.usage.completion_tokens == 20 for answer in answers)


async def test_who_leaves_frees_the_engine(client):
    """Five endless answers are left; each held slot would take the sixth half a minute."""
    for _ in range(5):
        stream = await ask(client, LONG, stream=True, max_tokens=4000, temperature=1.5)
        await anext(stream)
        await stream.close()
    async with asyncio.timeout(10):
        await ask(client, max_tokens=4)


async def test_who_leaves_while_a_long_question_is_read_frees_the_engine(client):
    long = [{"role": "user", "content": "word " * 3800}]
    left = [asyncio.create_task(ask(client, long, max_tokens=4, seed=n)) for n in range(3)]
    await asyncio.wait(left, timeout=0.5)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    async with asyncio.timeout(20):
        await ask(client, max_tokens=4)


async def test_too_long_a_conversation_is_refused_with_its_length(client):
    with pytest.raises(openai.BadRequestError, match="maximum context length is 4096") as caught:
        await ask(client, [{"role": "user", "content": "word " * 5000}], stream=True)
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"temperature": 3}, "temperature", "invalid_value"),
        ({"temperature": "warm"}, "temperature", "invalid_value"),
        ({"max_tokens": 0}, "max_tokens", "invalid_value"),
        ({"max_tokens": 5000}, "max_tokens", "invalid_value"),
        ({"n": 2}, "n", "invalid_value"),
        ({"stop": list("abcde")}, "stop", "invalid_value"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": [{"role": "wizard", "content": ""}]}, "messages[0].role", "invalid_value"),
        (
            {"messages": [{"role": "user"}]},
            "messages[0].content",
            "missing_required_parameter",
        ),
        ({"tools": []}, "tools", "unsupported_parameter"),
    ],
)
async def test_a_wrong_parameter_is_named(client, wrong, param, code):
    body = {"model": MODEL, "messages": CAPITAL, **wrong}
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/chat/completions", body=body, cast_to=object)
    assert (caught.value.param, caught.value.code) == (param, code)


async def test_parameters_about_an_account_are_taken(client):
    answer = await ask(
        client, user="u", safety_identifier="s", metadata={}, store=False, max_tokens=1
    )
    assert answer.usage.completion_tokens == 1
