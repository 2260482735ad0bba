"""The examples of the API reference guide of January 2025 as they stand in it, and every value that
it lists: docs/openai-api.md points here.
"""

import json
from contextlib import aclosing

import msgspec
import pytest

from bot.openai import catalogue
from bot.openai.chat import ChatRequest
from bot.openai.chat_types import Facts
from bot.openai.embeddings import EmbeddingRequest, Embeddings
from bot.openai.images import ImageRequest, Images
from bot.openai.meter import Free
from bot.openai.models import Models
from bot.openai.moderations import ModerationRequest, Moderations
from bot.openai.speech import Speech, SpeechRequest
from bot.openai.transcription import TranscriptionRequest, Transcriptions
from bot.openai.uploads import Upload
from tests.fakes.openai import Fault

SHIPPED = catalogue.load()
MINI = "gpt-4o-mini"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get current weather for a location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "City name"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["location"],
        },
    },
}


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


def answers(fake, example):
    fake.faults.append(Fault(200, body=json.dumps(example)))


CHATS = [
    {"messages": said(("system", "You are a helpful assistant."),
                      ("user", "What is the capital of France?")),
     "temperature": 0.7, "max_tokens": 150},
    {"messages": said(("user", "What's the weather in Boston?")), "tools": [WEATHER]},
    {"messages": said(("system", "You are a helpful assistant that outputs JSON."),
                      ("user", "List 3 fruits with colors")),
     "response_format": {"type": "json_object"}},
    {"messages": said(("system", "Classify sentiment as positive/negative/neutral"),
                      ("user", "I love this product!"), ("assistant", "positive"),
                      ("user", "This is the new text to classify"))},
    {"messages": said(("user", "Hello!")), "temperature": 0.7, "max_tokens": 150, "top_p": 1.0,
     "frequency_penalty": 0.0, "presence_penalty": 0.0, "stop": ["\n"], "n": 1,
     "user": "user-123", "seed": 12345},
]  # fmt: skip


@pytest.mark.parametrize("example", CHATS)
async def test_a_chat_goes_out_as_it_stands(fake, chat, example):
    await chat.complete(msgspec.convert({"model": MINI, **example}, ChatRequest), Free())
    assert fake.calls[0].body == {"model": MINI, **example}


async def test_the_answer_of_a_chat_is_read(fake, chat):
    message = {"role": "assistant", "content": "The capital of France is Paris."}
    answers(fake, {
        "id": "chatcmpl-123", "object": "chat.completion", "created": 1677652288, "model": MINI,
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30},
        "system_fingerprint": "fp_44709d6fcb",
    })  # fmt: skip
    answer = await chat.complete(ChatRequest(model=MINI, messages=[]), Free())
    assert (answer.text, answer.finish_reason) == ("The capital of France is Paris.", "stop")
    assert (answer.usage.prompt, answer.usage.completion) == (20, 10)
    facts = Facts("chatcmpl-123", 1677652288, "fp_44709d6fcb")
    assert (answer.model, answer.facts) == (MINI, facts)


async def streamed(chat, **facts):
    request = ChatRequest(model=MINI, messages=[], **facts)
    async with aclosing(chat.stream(request, Free())) as chunks:
        return [chunk async for chunk in chunks]


async def test_the_streamed_answer_of_a_chat_is_read(fake, chat):
    body = (
        'data: {"id":"chatcmpl-123","object":"chat.completion.chunk",'
        '"choices":[{"delta":{"content":"The"}}]}\n\n'
        'data: {"id":"chatcmpl-123","object":"chat.completion.chunk",'
        '"choices":[{"delta":{"content":" story"}}]}\n\ndata: [DONE]\n\n'
    )
    fake.faults.append(Fault(200, body=body))
    assert "".join(chunk.text for chunk in await streamed(chat)) == "The story"


@pytest.mark.parametrize(
    "reason", ["stop", "length", "content_filter", "tool_calls", "function_call"]
)
async def test_every_reason_to_finish_is_told(fake, chat, reason):
    fake.finish_reason = reason
    request = msgspec.convert({"model": MINI, "messages": said(("user", "Hi"))}, ChatRequest)
    assert (await chat.complete(request, Free())).finish_reason == reason
    async with aclosing(chat.stream(request, Free())) as chunks:
        assert reason in [chunk.finish_reason async for chunk in chunks]


@pytest.mark.parametrize("model", ["gpt-4o", MINI, "gpt-4-turbo", "gpt-3.5-turbo"])
async def test_a_choice_of_tools_goes_to_every_chat_model(fake, chat, model):
    facts = {"messages": said(("user", "Hi")), "tools": [WEATHER]}
    for choice in ("none", "auto", "required", {"type": "function"}):
        example = {"model": model, "tool_choice": choice, **facts}
        await chat.complete(msgspec.convert(example, ChatRequest), Free())
        assert fake.calls[-1].body == example


EMBEDDINGS = [
    {"model": "text-embedding-3-small", "input": "The quick brown fox jumps over the lazy dog"},
    {"model": "text-embedding-3-large", "input": "Your text here", "dimensions": 256},
    {"model": "text-embedding-3-small", "input": ["Text one", "Text two", "Text three"]},
    {"model": "text-embedding-ada-002", "input": "a", "encoding_format": "float", "user": "u"},
    {"model": "text-embedding-ada-002", "input": "a", "encoding_format": "base64"},
]


@pytest.mark.parametrize("example", EMBEDDINGS)
async def test_an_embedding_goes_out_as_it_stands(fake, transport, example):
    request = msgspec.convert({"encoding_format": None, **example}, EmbeddingRequest)
    await Embeddings(transport, SHIPPED).create(request, Free())
    assert fake.calls[0].body == example


async def test_the_answer_of_embeddings_is_read(fake, transport):
    rows = [(0, [0.002, -0.009]), (1, [0.001, -0.008])]
    answers(fake, {
        "object": "list",
        "data": [{"object": "embedding", "index": n, "embedding": row} for n, row in rows],
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 24, "total_tokens": 24},
    })  # fmt: skip
    request = EmbeddingRequest(model="text-embedding-3-small", input=("one", "two"))
    answer = await Embeddings(transport, SHIPPED).create(request, Free())
    assert [list(map(pytest.approx, row)) for _, row in rows] == list(map(list, answer.vectors))
    assert (answer.usage.prompt, answer.model) == (24, "text-embedding-3-small")


GARDEN = "A serene Japanese garden with cherry blossoms"
PAINTED = [
    {"model": "dall-e-3", "size": "1024x1024", "quality": "standard", "n": 1},
    {"model": "dall-e-3", "size": "1792x1024", "quality": "hd", "style": "natural", "n": 1},
    {"model": "dall-e-3", "size": "1024x1792", "style": "vivid", "response_format": "url"},
    {"model": "dall-e-2", "size": "256x256", "n": 10, "response_format": "b64_json"},
    {"model": "dall-e-2", "size": "512x512", "user": "user-123"},
    {"model": "dall-e-2", "size": "1024x1024"},
]


@pytest.mark.parametrize("example", PAINTED)
async def test_a_picture_is_asked_for_as_it_stands(fake, transport, example):
    request = msgspec.convert({"prompt": GARDEN, **example}, ImageRequest)
    await Images(transport, SHIPPED).create(request, Free())
    assert fake.calls[0].body == {"prompt": GARDEN, **example}


async def test_the_address_and_the_revised_prompt_of_a_picture_are_read(fake, transport):
    address, revised = "https://example.com/a.png", "A tranquil Japanese garden…"
    answers(fake, {"created": 1677652288, "data": [{"url": address, "revised_prompt": revised}]})
    request = ImageRequest(model="dall-e-3", prompt=GARDEN)
    (picture,) = (await Images(transport, SHIPPED).create(request, Free())).pictures
    assert (picture.url, picture.revised_prompt) == (address, revised)


@pytest.mark.parametrize("voice", ["alloy", "echo", "fable", "onyx", "nova", "shimmer"])
@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd"])
async def test_speech_is_asked_for_in_every_voice(fake, transport, model, voice):
    example = {"model": model, "input": "Hello! Welcome to OpenAI's text-to-speech API.",
               "voice": voice}  # fmt: skip
    request = msgspec.convert(example, SpeechRequest)
    async with aclosing(Speech(transport, SHIPPED).stream(request, Free())) as pieces:
        assert b"".join([piece.content async for piece in pieces]).startswith(voice.encode())
    assert fake.calls[0].body == example


@pytest.mark.parametrize("suffix", ["mp3", "mp4", "mpeg", "mpga", "m4a", "wav", "webm"])
async def test_sound_of_every_kind_goes_up(fake, transport, suffix):
    file = Upload.content(f"note.{suffix}", b"sound")
    request = TranscriptionRequest(model="whisper-1", file=file, language="en")
    answers(fake, {"text": "Hello, this is a test transcription."})
    transcript = await Transcriptions(transport, SHIPPED).create(request, Free())
    assert transcript.text == "Hello, this is a test transcription."
    assert fake.calls[0].body == {"model": "whisper-1", "language": "en"}
    assert fake.calls[0].files[0].name == f"note.{suffix}"


SCORES = {
    "sexual": 0.0000012, "hate": 0.0234, "harassment": 0.156, "self-harm": 0.000023,
    "sexual/minors": 0.0000001, "hate/threatening": 0.0012, "violence/graphic": 0.0034,
    "self-harm/intent": 0.00012, "self-harm/instructions": 0.000001,
    "harassment/threatening": 0.789, "violence": 0.892,
}  # fmt: skip


@pytest.mark.parametrize("model", ["text-moderation-latest", "text-moderation-stable"])
async def test_every_category_of_a_moderation_is_read(fake, transport, model):
    found = {"harassment/threatening", "violence"}
    told = {"id": "modr-123", "model": "text-moderation-007",
            "results": [{"flagged": True, "categories": {name: name in found for name in SCORES},
                         "category_scores": SCORES}]}  # fmt: skip
    fake.judging_faults.append(Fault(200, body=json.dumps(told)))
    request = ModerationRequest(model=model, input="I want to hurt someone")
    answer = await Moderations(transport, SHIPPED).create(request, Free())
    assert fake.judged[0].body == {"model": model, "input": "I want to hurt someone"}
    assert answer.model == "text-moderation-007"
    assert answer.results[0].scores == SCORES
    assert answer.results[0].found == ["violence", "harassment/threatening"]


async def test_models_are_read(fake, transport):
    mini = {"id": MINI, "object": "model", "created": 1687882411, "owned_by": "openai"}
    for example in ({"object": "list", "data": [mini]}, mini):
        answers(fake, example)
    models = Models(transport)
    (listed,) = await models.list()
    assert listed == await models.retrieve(MINI)
    assert (listed.id, listed.created, listed.owned_by) == (MINI, 1687882411, "openai")
    assert [call.path for call in fake.calls] == ["/v1/models", f"/v1/models/{MINI}"]
