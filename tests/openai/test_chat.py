import asyncio
import json
from contextlib import aclosing, suppress

import msgspec
import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.chat import Chat, ChatMessage, ChatRequest, Usage
from bot.openai.chat_parts import FilePart, PicturePart, SoundPart, TextPart
from bot.openai.chat_tools import ToolCallDelta, ToolCalls, choose, function, json_schema
from bot.openai.meter import Free
from bot.openai.person import identifier
from bot.openai.retry import ATTEMPTS
from tests.fakes.openai import HTML, Fault

WEATHER = function(
    "get_weather",
    "Get current weather for a location",
    {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
)


def request(text="hello there", **parameters):
    parameters.setdefault("model", "gpt-6-luna")
    return ChatRequest(messages=[ChatMessage("user", text)], **parameters)


async def heard(chat, asked=None, meter=None):
    async with aclosing(chat.stream(asked or request(), meter or Free())) as stream:
        return [chunk async for chunk in stream]


def text(chunks):
    return "".join(chunk.text for chunk in chunks)


async def test_a_streamed_answer_comes_in_pieces_with_its_end_and_its_usage(fake, chat):
    chunks = await heard(chat)
    assert [chunk.text for chunk in chunks] == ["You", " said:", " hello", " there", "", ""]
    assert [chunk.finish_reason for chunk in chunks[-2:]] == ["stop", None]
    assert chunks[-1].usage == Usage(prompt=2, completion=4)
    assert {(chunk.model, chunk.request_id) for chunk in chunks} == {("gpt-6-luna", "req_1")}


async def test_a_whole_answer_has_the_same_words(fake, chat):
    answer = await chat.complete(request(), Free())
    assert answer.text == "You said: hello there"
    assert answer.finish_reason == "stop"
    assert answer.usage == Usage(prompt=2, completion=4)


async def test_an_answer_that_meets_its_bound_says_so(fake, chat):
    chunks = await heard(chat, request(max_output_tokens=2))
    assert text(chunks) == "You said:"
    assert "length" in {chunk.finish_reason for chunk in chunks}


async def test_one_connection_serves_one_answer_after_the_other(fake, chat):
    for _ in range(3):
        await heard(chat)
    assert fake.connections == 1


async def test_surrogates_and_zero_bytes_reach_the_model_as_text(fake, chat):
    await heard(chat, request("a\ud800b\0c"))
    assert fake.calls[0].body["messages"][0]["content"] == "a?b\0c"


async def test_a_hundred_thousand_characters_reach_the_model(fake, chat):
    await heard(chat, request("x" * 100_000))
    assert len(fake.calls[0].body["messages"][0]["content"]) == 100_000


@pytest.mark.parametrize("fault", [Fault(cut_after=2), Fault(end_after=2)])
async def test_a_cut_stream_never_ends_as_if_it_were_complete(fake, chat, fault):
    fake.faults.append(fault)
    async with aclosing(chat.stream(request(), Free())) as stream:
        assert text([await anext(stream), await anext(stream)]) == "You said:"
        with pytest.raises(errors.StreamCut) as caught:
            await anext(stream)
    assert caught.value.may_have_run


async def test_a_stream_that_was_heard_in_part_is_not_asked_for_again(fake, chat, books):
    fake.faults.append(Fault(cut_after=2))
    with pytest.raises(errors.StreamCut):
        await heard(chat, meter=books)
    assert len(fake.calls) == 1
    assert books.told == ["sending"]


async def test_an_error_in_the_middle_of_a_stream_is_that_error(fake, chat):
    fake.faults.append(Fault(error_after=1, code="rate_limit_exceeded"))
    with pytest.raises(errors.RateLimited):
        await heard(chat)


async def test_broken_json_in_a_stream_is_malformed(fake, chat):
    fake.faults.append(Fault(garbage_after=1))
    with pytest.raises(errors.Malformed):
        await heard(chat)


async def test_silence_in_a_stream_ends_in_time(fake, hurried):
    fake.faults.extend([Fault(stall_after=1)] * ATTEMPTS)
    with pytest.raises(errors.TimedOut) as caught:
        await heard(Chat(hurried, catalogue.load()))
    assert caught.value.may_have_run


async def test_a_stall_that_ends_loses_nothing(fake, chat):
    fake.faults.append(Fault(stall_after=2))
    async with aclosing(chat.stream(request(), Free())) as stream:
        first = [await anext(stream), await anext(stream)]
        fake.release()
        assert text(first + [chunk async for chunk in stream]) == "You said: hello there"


async def test_a_server_without_usage_still_answers(fake, chat):
    fake.sends_usage = False
    chunks = await heard(chat)
    assert text(chunks) == "You said: hello there"
    assert not any(chunk.usage for chunk in chunks)


async def test_a_cut_after_the_last_word_loses_only_the_usage(fake, chat):
    fake.faults.append(Fault(cut_after_finish=True))
    chunks = await heard(chat)
    assert chunks[-1].finish_reason == "stop"


async def test_a_closed_stream_closes_its_connection(fake, chat):
    fake.faults.append(Fault(stall_after=1))
    async with aclosing(chat.stream(request(), Free())) as stream:
        await anext(stream)
    async with asyncio.timeout(5):
        await fake.idle()


async def test_a_cancelled_listener_closes_its_connection(fake, chat):
    fake.faults.append(Fault(hang=True))
    listener = asyncio.create_task(heard(chat))
    await fake.called(1)
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
    async with asyncio.timeout(5):
        await fake.idle()


async def test_a_server_that_refuses_stream_options_is_asked_without(fake, chat, books):
    fake.refuses = {"stream_options"}
    assert text(await heard(chat, meter=books)) == "You said: hello there"
    assert books.told == ["sending", "BadRequest", "sending"]
    await heard(chat)
    assert len(fake.calls) == 3  # it is remembered


@pytest.mark.parametrize(
    ("model", "refused", "accepted"),
    [
        ("somebodys-model", "max_tokens", "max_completion_tokens"),
        ("gpt-6-luna", "max_completion_tokens", "max_tokens"),
    ],
)
async def test_a_refused_bound_is_sent_by_its_other_name(fake, chat, model, refused, accepted):
    fake.refuses = {refused}
    await heard(chat, request(model=model, max_output_tokens=7))
    assert refused in fake.calls[0].body
    assert fake.calls[1].body[accepted] == 7


async def test_a_bound_that_no_name_gets_through_is_never_dropped(fake, chat):
    fake.refuses = {"max_tokens", "max_completion_tokens"}
    with pytest.raises(errors.BadRequest):
        await heard(chat, request(max_output_tokens=7))
    assert len(fake.calls) == 2


async def test_a_page_of_html_is_no_answer_and_its_text_is_told_to_nobody(fake, chat, books):
    fake.faults.append(Fault(200, body=HTML.body))
    with pytest.raises(errors.Malformed) as caught:
        await heard(chat, meter=books)
    assert "<" not in caught.value.sentence + str(caught.value)
    assert not caught.value.may_have_run
    assert books.told == ["sending", "Malformed"]


async def test_a_call_of_a_tool_comes_in_pieces_that_join(fake, chat):
    arguments = '{"location": "Boston, MA", "unit": "celsius"}'
    fake.tool_calls.append({"get_weather": arguments, "get_time": "{}"})
    calls, reasons = ToolCalls(), []
    for chunk in await heard(chat, request(tools=(WEATHER,), tool_choice="auto")):
        calls.hear(chunk.tool_calls)
        reasons.append(chunk.finish_reason)
    assert [(c.id, c.name, c.arguments) for c in calls.calls] == [
        ("call_0", "get_weather", arguments),
        ("call_1", "get_time", "{}"),
    ]
    assert "tool_calls" in reasons


def test_calls_whose_pieces_mix_keep_their_order():
    calls = ToolCalls()
    calls.hear([ToolCallDelta(1, "b", "second"), ToolCallDelta(0, "a", "first", "{")])
    calls.hear([ToolCallDelta(1, "b", "second", "{}"), ToolCallDelta(0, arguments="}")])
    assert [(call.name, call.arguments) for call in calls.calls] == [
        ("first", "{}"),
        ("second", "{}"),
    ]


async def test_a_call_of_a_tool_goes_back_as_it_came_with_its_result(fake, chat):
    fake.tool_calls.append({"get_weather": "{}"})
    asked = request(tools=(WEATHER,), tool_choice=choose("get_weather"))
    answer = await chat.complete(asked, Free())
    assert answer.finish_reason == "tool_calls"
    back = [
        ChatMessage("assistant", None, tool_calls=tuple(answer.tool_calls)),
        ChatMessage("tool", "21 °C", tool_call_id=answer.tool_calls[0].id),
    ]
    await chat.complete(ChatRequest(model="gpt-6-luna", messages=back), Free())
    first, second = fake.calls
    assert first.body["tools"][0]["function"]["name"] == "get_weather"
    assert first.body["reasoning_effort"] == "none"  # the only one that takes tools
    assert second.body["messages"] == [
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_0", "type": "function",
             "function": {"name": "get_weather", "arguments": "{}"}}]},
        {"role": "tool", "content": "21 °C", "tool_call_id": "call_0"},
    ]  # fmt: skip


async def test_a_tool_of_a_kind_that_we_do_not_know_is_kept(fake, chat):
    call = {"id": "c", "type": "custom", "custom": {"name": "shell", "input": "ls"}}
    choice = {"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}
    fake.faults.append(Fault(200, body=json.dumps({"choices": [choice]})))
    answer = await chat.complete(request(), Free())
    assert msgspec.to_builtins(answer.tool_calls[0]) == call


async def test_pictures_and_files_go_along_as_parts(fake, chat):
    parts = (
        TextPart("What is this?"),
        PicturePart.of(b"png", "image/png", "low"),
        PicturePart.at("https://example.com/a.png"),
        FilePart.of("a.pdf", b"%PDF", "application/pdf"),
        FilePart.uploaded("file-abc123"),
    )
    asked = ChatRequest(model="gpt-4o", messages=[ChatMessage("user", parts)])
    assert "What is this?" in (await chat.complete(asked, Free())).text
    assert fake.calls[0].body["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "file", "file": {"filename": "a.pdf",
                                  "file_data": "data:application/pdf;base64,JVBERg=="}},
        {"type": "file", "file": {"file_id": "file-abc123"}},
    ]  # fmt: skip


async def test_sound_goes_along_where_the_model_hears(fake, chat):
    messages = [ChatMessage("user", (SoundPart.of(b"RIFF", "wav"),))]
    await chat.complete(ChatRequest(model="gpt-audio", messages=messages), Free())
    content = fake.calls[0].body["messages"][0]["content"]
    assert content == [
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    ]
    with pytest.raises(WrongValue, match="text"):
        await chat.complete(ChatRequest(model="gpt-4", messages=messages), Free())
    assert len(fake.calls) == 1


async def test_every_parameter_of_the_guide_is_sent(fake, chat):
    fields = {
        "temperature": 0.7, "max_tokens": 150, "top_p": 0.9, "n": 2, "stop": ["END", "STOP"],
        "presence_penalty": 0.5, "frequency_penalty": -0.5, "logit_bias": {"50256": -100},
        "user": "abc", "response_format": {"type": "json_object"}, "seed": 7,
        "tools": [WEATHER], "tool_choice": "required", "logprobs": True, "top_logprobs": 2,
        "parallel_tool_calls": False, "metadata": {"k": "v"}, "store": False,
        "service_tier": "flex", "prompt_cache_key": "key", "verbosity": "low",
    }  # fmt: skip
    asked = msgspec.convert({"model": "gpt-4o", "messages": [], **fields}, ChatRequest)
    with suppress(errors.OpenAIError):
        await heard(chat, asked)
    sent = {name: value for name, value in fake.calls[0].body.items() if name in fields}
    assert sent == fields
    assert fake.calls[0].body["stream"] is True
    assert fake.calls[0].body["stream_options"] == {"include_usage": True}


async def test_an_answer_in_a_schema_is_asked_for(fake, chat):
    shape = {"type": "object", "properties": {"n": {"type": "integer"}}}
    await chat.complete(request(response_format=json_schema("number", shape)), Free())
    asked = fake.calls[0].body["response_format"]
    assert asked["json_schema"] == {"name": "number", "schema": shape, "strict": True}
    wrong = request(model="gpt-3.5-turbo", response_format=json_schema("n", shape))
    with pytest.raises(WrongValue, match="json_object"):
        await chat.complete(wrong, Free())


async def test_the_person_goes_by_the_name_that_the_model_wants(fake, chat):
    ada = identifier("slack:T1:ADA")
    for model in ("gpt-4o", "gpt-6-luna"):
        await chat.complete(request(model=model, user=ada), Free())
    assert fake.calls[0].body["user"] == ada
    assert fake.calls[1].body["safety_identifier"] == ada
    assert "ADA" not in ada
    assert identifier("slack:T1:BOB") != ada == identifier("slack:T1:ADA")


async def test_how_likely_each_word_was_is_told(fake, chat):
    asked = request(logprobs=True, top_logprobs=1)
    streamed = [one for chunk in await heard(chat, asked) for one in chunk.logprobs]
    whole = (await chat.complete(asked, Free())).choices[0].logprobs
    for found in (streamed, whole):
        assert "".join(one.token for one in found) == "You said: hello there"
        assert {one.logprob for one in found} == {-0.5}
        assert [one.token for one in found[0].top_logprobs] == ["maybe"]


async def test_every_choice_of_a_whole_answer_is_there(fake, chat):
    fake.choices = 3
    answer = await chat.complete(request(n=3), Free())
    assert [choice.text for choice in answer.choices] == ["You said: hello there"] * 3
    assert answer.facts.system_fingerprint == "fp_fake"


async def test_a_refusal_is_text_that_is_marked(fake, chat):
    choice = {"message": {"content": None, "refusal": "I will not."}, "finish_reason": "stop"}
    fake.faults.append(Fault(200, body=json.dumps({"choices": [choice]})))
    answer = await chat.complete(request(), Free())
    assert answer.text == "I will not."
    assert answer.choices[0].refused


async def test_every_choice_of_several_has_its_index(fake, chat):
    fake.choices = 2
    chunks = await heard(chat, request(n=2))
    for index in (0, 1):
        assert text(c for c in chunks if c.index == index) == "You said: hello there"
