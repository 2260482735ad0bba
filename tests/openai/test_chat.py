import asyncio
from contextlib import aclosing

import pytest

from bot.openai import errors
from bot.openai.chat import ChatMessage, ChatRequest, Usage
from bot.openai.meter import Free
from tests.fakes.openai import HTML, Fault


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


async def test_silence_in_a_stream_ends_in_time(fake, chat):
    fake.faults.append(Fault(stall_after=1))
    with pytest.raises(errors.TimedOut) as caught:
        await heard(chat)
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


async def test_every_choice_of_several_has_its_index(fake, chat):
    fake.choices = 2
    chunks = await heard(chat, request(n=2))
    for index in (0, 1):
        assert text(c for c in chunks if c.index == index) == "You said: hello there"
