"""The official client as the judge of the sandbox's chat."""

import asyncio
import base64
import io
import json

import openai
import pytest
from openai import AsyncOpenAI
from PIL import Image

MODEL = "smollm2-135m-instruct"
CAPITAL = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "What is the capital of France?"},
]
SHORT = {"max_tokens": 12, "temperature": 0}
LONG = [{"role": "user", "content": "Tell me a long story about a dragon."}]


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
    options = {"messages": LONG, "seed": 7, "temperature": 0.8, "max_tokens": 10}
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
    answers = await asyncio.gather(*(ask(client, LONG, max_tokens=8, seed=n) for n in range(3)))
    assert all(answer.usage.completion_tokens == 8 for answer in answers)


async def test_who_leaves_frees_the_engine(client):
    """Five endless answers are left; each held slot would take the sixth half a minute."""
    for _ in range(5):
        stream = await ask(client, LONG, stream=True, max_tokens=4000, temperature=1.5)
        await anext(stream)
        await stream.close()
    async with asyncio.timeout(25):
        await ask(client, max_tokens=4)


async def test_who_leaves_while_a_long_question_is_read_frees_the_engine(client):
    long = [{"role": "user", "content": "word " * 3800}]
    left = [asyncio.create_task(ask(client, long, max_tokens=4, seed=n)) for n in range(3)]
    await asyncio.wait(left, timeout=0.5)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    async with asyncio.timeout(25):
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
        ({"n": 9}, "n", "invalid_value"),
        ({"top_logprobs": 2}, "top_logprobs", "invalid_value"),
        ({"logit_bias": {"1": 101}}, "logit_bias[...]", "invalid_value"),
        ({"stream_options": {}}, "stream_options", "invalid_value"),
        ({"tool_choice": "auto"}, "tool_choice", None),
        ({"response_format": {"type": "json_object"}}, "messages", None),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema",
         "missing_required_parameter"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
        ({"model": "gpt-6-luna", "max_tokens": 5}, "max_tokens", "unsupported_parameter"),
        ({"model": "gpt-6-luna", "temperature": 0.3}, "temperature", "unsupported_value"),
        ({"stop": list("abcde")}, "stop", "invalid_value"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": [{"role": "wizard", "content": ""}]}, "messages[0].role", "invalid_value"),
        (
            {"messages": [{"role": "user"}]},
            "messages[0].content",
            "missing_required_parameter",
        ),
        ({"functions": []}, "functions", "unsupported_parameter"),
    ],
)  # fmt: skip
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


async def test_several_answers_are_given_at_once(client):
    answer = await ask(client, LONG, n=3, max_tokens=3, temperature=1.2, seed=1)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert all(choice.message.content for choice in answer.choices)
    assert answer.usage.completion_tokens == 9


async def test_the_same_seed_gives_the_same_answer(client):
    options = {"seed": 5, "temperature": 1.0, "max_tokens": 6}
    answers = [await ask(client, LONG, **options) for _ in range(2)]
    assert answers[0].choices[0].message.content == answers[1].choices[0].message.content


async def test_logprobs_are_those_of_the_tokens_that_were_said(client):
    answer = await ask(client, logprobs=True, top_logprobs=3, **SHORT)
    (choice,) = answer.choices
    told = choice.logprobs.content
    assert "".join(one.token for one in told) == choice.message.content
    assert all(one.logprob <= 0 and len(one.top_logprobs) == 3 for one in told)
    assert all(one.token == one.top_logprobs[0].token for one in told)  # temperature 0


async def test_a_token_can_be_forbidden(client):
    """By the number it has in SmolLM's vocabulary: 504 is `The`."""
    free, bound = [
        (await ask(client, **SHORT, **options)).choices[0].message.content
        for options in ({}, {"logit_bias": {"504": -100}})
    ]
    assert free.startswith("The")
    assert not bound.startswith("The")


async def test_openai_s_names_are_answered_and_marked(client):
    answer = await client.chat.completions.create(
        model="gpt-6-luna", messages=CAPITAL, max_completion_tokens=2, reasoning_effort="none"
    )
    assert (answer.model, answer.system_fingerprint) == ("gpt-6-luna", f"sandbox-{MODEL}")


SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}, "capital": {"type": "boolean"}},
    "required": ["city", "capital"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_follows_its_schema(client, streamed):
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}
    options = {"response_format": wanted, "temperature": 0, "max_tokens": 60}
    if streamed:
        stream = await ask(client, stream=True, **options)
        text = "".join([c.choices[0].delta.content or "" async for c in stream])
    else:
        text = (await ask(client, **options)).choices[0].message.content
    found = json.loads(text)
    assert {key: type(value) for key, value in found.items()} == {"city": str, "capital": bool}


async def test_json_mode_gives_json(client):
    asked = [{"role": "user", "content": "A short JSON object with a fruit and its colour."}]
    answer = await ask(
        client, asked, response_format={"type": "json_object"}, max_tokens=200, temperature=0
    )
    if answer.choices[0].finish_reason == "stop":  # it may not come to an end
        assert isinstance(json.loads(answer.choices[0].message.content), dict)


async def test_a_schema_that_is_none_is_refused(client):
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "nothing"}}}
    with pytest.raises(openai.BadRequestError) as caught:
        await ask(client, response_format=wanted)
    assert caught.value.param == "response_format"


def png(colour: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


async def test_a_picture_is_told_to_the_model_in_words(client):
    parts = [
        {"type": "text", "text": "What colour is it?"},
        {"type": "image_url", "image_url": {"url": png("red")}},
    ]
    answer = await ask(client, [{"role": "user", "content": parts}], temperature=0, max_tokens=30)
    assert "red" in answer.choices[0].message.content.lower()


@pytest.mark.parametrize("stored", [False, True])
async def test_a_text_file_is_read(client, stored):
    secret = b"The password of the door is Zanzibar."
    if stored:
        file = await client.files.create(file=("door.txt", secret), purpose="user_data")
        handed = {"file_id": file.id}
    else:
        handed = {"filename": "door.txt", "file_data": f"data:text/plain;base64,{base64.b64encode(secret).decode()}"}  # fmt: skip  # noqa: E501
    parts = [{"type": "file", "file": handed}, {"type": "text", "text": "What is the password?"}]
    answer = await ask(client, [{"role": "user", "content": parts}], temperature=0, max_tokens=30)
    assert "Zanzibar" in answer.choices[0].message.content


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:;base64,/////w=="}},
        {"type": "file", "file": {}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
    ],
)
async def test_what_cannot_be_read_is_refused(client, part):
    with pytest.raises(openai.BadRequestError) as caught:
        await ask(client, [{"role": "user", "content": [part]}])
    assert caught.value.param.startswith("messages")


@pytest.mark.parametrize(("fault", "count"), [("cut=2", 2), ("error=1", 1), ("malformed=3", 3)])
async def test_a_stream_of_chat_fails_on_order(client, fault, count):
    stream = await ask(client, LONG, stream=True, extra_headers={"x-sandbox-fault": fault})
    for _ in range(count):
        await anext(stream)
    with pytest.raises((openai.APIError, ValueError)):
        await anext(stream)


async def test_what_was_said_to_somebody_who_left_is_booked_as_estimated(client, base_url):
    stream = await ask(client, LONG, stream=True, max_tokens=3000, user="left-early")
    for _ in range(4):
        await anext(stream)
    await stream.close()
    async with asyncio.timeout(20):
        row = None
        while row is None:
            told = await client.get(base_url.replace("/v1", "/sandbox/usage"), cast_to=dict)
            row = next((row for row in told["rows"] if row["user"] == "left-early"), None)
    assert (row["calls"], row["estimated"]) == (1, 1)
    assert row["output"] >= 3
