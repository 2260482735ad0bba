"""Tool calls: which function fits, and what its arguments are."""

import json

import pytest

from sandbox.chat_request import chat_request
from sandbox.chat_tools import wanted

MODEL = "smollm2-135m-instruct"


def tool(name: str, description: str, *required: str, **properties) -> dict:
    schema = {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}  # fmt: skip  # noqa: E501
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


TEXT = {"type": "string", "maxLength": 30}
TOOLS = [
    tool("get_weather", "Get the current weather for a location", "location",
         location=TEXT, unit={"type": "string", "enum": ["celsius", "fahrenheit"]}),
    tool("imagine", "Draw a picture, an image or a painting from a description", "prompt",
         prompt=TEXT),
    tool("remind", "Set a reminder for later, at a time of day", "time", time=TEXT),
]  # fmt: skip
FITTING = (
    ("What is the weather in Boston?", "get_weather"),
    ("Is it raining in Paris right now? Tell me the weather.", "get_weather"),
    ("Draw a picture of a fox in the snow.", "imagine"),
    ("Please paint me an image of a red boat.", "imagine"),
    ("Remind me at five o'clock to call Ada.", "remind"),
    ("What is the capital of France?", None),
    ("Write a poem about love.", None),
    ("Who was Napoleon?", None),
    ("Hello, how are you?", None),
)


def said(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


async def ask(client, messages, **options):
    options = {"model": MODEL, "tools": TOOLS, "max_tokens": 60, "temperature": 0, **options}
    return await client.chat.completions.create(messages=messages, **options)


@pytest.mark.parametrize(("text", "name"), FITTING)
async def test_the_function_that_fits_is_chosen_and_else_none(choice, text, name):
    body = {"model": MODEL, "messages": said(text), "tools": TOOLS}
    request = chat_request(json.dumps(body).encode(), MODEL, 4096)
    function = await wanted(choice, request)
    assert (function.name if function else None) == name


async def test_where_none_fits_there_are_words(client):
    (choice,) = (await ask(client, said("Write a poem about love."), max_tokens=3)).choices
    assert (choice.finish_reason, choice.message.tool_calls) == ("length", None)


async def test_the_arguments_follow_their_schema_and_what_was_said(client):
    (choice,) = (await ask(client, said("What is the weather in Boston?"))).choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    (call,) = choice.message.tool_calls
    assert call.function.name == "get_weather"
    found = json.loads(call.function.arguments)
    assert "Boston" in found["location"]
    assert set(found) <= {"location", "unit"}


async def test_a_call_is_streamed_in_pieces(client):
    stream = await ask(client, said("What is the weather in Boston?"), stream=True)
    chunks = [chunk.choices[0] async for chunk in stream]
    pieces = [piece for chunk in chunks for piece in chunk.delta.tool_calls or ()]
    assert (pieces[0].id[:5], pieces[0].function.name) == ("call_", "get_weather")
    assert "Boston" in json.loads("".join(p.function.arguments for p in pieces))["location"]
    assert len(pieces) > 2
    assert chunks[-1].finish_reason == "tool_calls"


async def test_a_function_can_be_demanded_or_forbidden(client):
    hello = said("What is the capital of France?")
    forced = {"type": "function", "function": {"name": "remind"}}
    (named,) = (await ask(client, hello, tool_choice=forced, max_tokens=20)).choices
    assert named.message.tool_calls[0].function.name == "remind"
    assert named.finish_reason == "stop"  # as OpenAI, where the client chose
    (some,) = (await ask(client, hello, tool_choice="required", max_tokens=3)).choices
    assert some.message.tool_calls
    weather = said("What is the weather?")
    (none,) = (await ask(client, weather, tool_choice="none", max_tokens=3)).choices
    assert none.message.tool_calls is None


async def test_what_a_function_returned_is_answered_in_words(client):
    called = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"location": "Boston"}'},
    }
    messages = [
        *said("What is the weather in Boston?"),
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "call_1", "content": "It is 21 degrees and sunny."},
    ]
    (choice,) = (await ask(client, messages)).choices
    assert choice.message.tool_calls is None
    assert "sunny" in choice.message.content


async def test_an_answer_to_a_call_that_nobody_made_is_refused(client):
    messages = [{"role": "tool", "tool_call_id": "call_1", "content": "21"}]
    with pytest.raises(Exception, match="preceding message with 'tool_calls'"):
        await ask(client, messages)
