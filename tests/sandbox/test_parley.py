"""Parley's own client, by the engines' own names: what `make run` stands on without a key."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.batches import Batches, BatchRequest, line, result
from bot.openai.chat import Chat, ChatMessage, ChatRequest
from bot.openai.chat_tools import function
from bot.openai.embeddings import EmbeddingRequest, Embeddings
from bot.openai.files import Files
from bot.openai.fine_tuning import FineTuning, JobRequest
from bot.openai.images import EditRequest, ImageRequest, Images
from bot.openai.meter import Free
from bot.openai.models import Models
from bot.openai.moderations import ModerationRequest, Moderations
from bot.openai.speech import Speech, SpeechRequest
from bot.openai.transcription import TranscriptionRequest, Transcriptions, TranslationRequest
from bot.openai.transport import Transport
from bot.openai.uploads import Upload
from sandbox.engines.choice import Choice, Chosen
from tests.sandbox.conftest import KEY
from tests.sandbox.seams import compared
from tests.sandbox.sentences import speech

CHAT = "smollm2-135m-instruct"
WEATHER = function(
    "get_weather",
    "Get the current weather for a location",
    {
        "type": "object",
        "properties": {"location": {"type": "string", "maxLength": 20}},
        "required": ["location"],
    },
)


@pytest.fixture
async def transport(base_url) -> AsyncIterator[Transport]:
    transport = Transport(base_url, SecretStr(KEY))
    yield transport
    await transport.aclose()


@pytest.fixture
def made(transport) -> Callable:
    """An endpoint with the shipped catalogue."""
    return lambda kind: kind(transport, catalogue.load())


def asked(text: str, **options) -> ChatRequest:
    options = {"max_output_tokens": 30, "temperature": 0.1, "seed": 1, "user": "ada", **options}
    system = ChatMessage("system", "You are a helpful assistant.")
    return ChatRequest(model=CHAT, messages=[system, ChatMessage("user", text)], **options)


async def collected(pieces) -> list:
    return [piece async for piece in pieces]


async def test_every_engine_but_the_stand_in_is_a_model(transport):
    names = Choice(Chosen()).names
    assert set(names.values()) <= {model.id for model in await Models(transport).list()}
    assert (await Models(transport).retrieve("tts-1")).retires.year == 2027


async def test_chat_streams_and_tells_its_usage(made):
    chunks = await collected(made(Chat).stream(asked("What is the capital of France?"), Free()))
    assert "Paris" in "".join(chunk.text for chunk in chunks)
    assert chunks[-1].usage.completion > 0
    assert chunks[-1].request_id.startswith("req_")


async def test_chat_calls_tools(made):
    called = await made(Chat).complete(
        asked("What is the weather in Boston?", tools=(WEATHER,)), Free()
    )
    assert [(c.name, "Boston" in c.arguments) for c in called.tool_calls] == [("get_weather", True)]


async def test_embeddings(made):
    request = EmbeddingRequest(model="wordllama-256", input=("one", "two"), user="ada")
    found = await made(Embeddings).create(request, Free())
    assert [len(vector) for vector in found.vectors] == [256, 256]
    assert found.usage.prompt > 0


async def test_moderation(made):
    texts = ("I want to hurt someone", "Good morning")
    request = ModerationRequest(model="sandbox-moderation", input=texts)
    found = await made(Moderations).create(request, Free())
    assert [verdict.found for verdict in found.results] == [["violence"], []]


async def test_what_is_spoken_as_it_streams_is_heard_as_it_streams(made):
    request = SpeechRequest(
        model="piper-joe", voice="alloy", response_format="opus",
        input="Hello there. Please leave the door open.",
    )  # fmt: skip
    pieces = await collected(made(Speech).stream(request, Free()))
    assert len(pieces) > 1
    note = Upload.content("note.ogg", b"".join(piece.content for piece in pieces))
    hear = TranscriptionRequest(model="whisper-tiny.en", file=note)
    *_, last = await collected(made(Transcriptions).stream(hear, Free()))
    assert "leave the door open" in last.transcript.text
    into_english = TranslationRequest(
        model="whisper-tiny.en", file=note, response_format="verbose_json"
    )
    translated = await made(Transcriptions).translate(into_english, Free())
    assert "leave the door open" in translated.text
    assert translated.segments[-1].end <= translated.duration


async def test_pictures_are_painted_while_they_stream_and_edited(made):
    images = made(Images)
    request = ImageRequest(
        model="sandbox-sketch", prompt="a red boat", size="256x256", partial_images=2
    )
    pictures = await collected(images.stream(request, Free()))
    content = await images.content(pictures[-1])
    assert Image.open(io.BytesIO(content)).size == (256, 256)
    assert [picture.partial for picture in pictures] == [0, 1, None]
    old = Upload.content("old.png", content)
    changed = EditRequest(model="sandbox-sketch", prompt="a sun", size="512x512", image=(old,))
    (edited,) = (await images.create(changed, Free())).pictures
    assert Image.open(io.BytesIO(await images.content(edited))).size == (512, 512)


async def ended(get, thing):
    async with asyncio.timeout(30):
        while not thing.ended:
            await asyncio.sleep(0.01)
            thing = await get(thing.id)
    return thing


async def test_a_file_becomes_a_batch_and_its_answers_are_saved(transport, tmp_path):
    body = {"model": "wordllama-256", "input": "Hi"}
    lines = b"".join(line(str(n), "/v1/embeddings", body) for n in range(3))
    files, batches = Files(transport), Batches(transport)
    file = await files.create(Upload.content("in.jsonl", lines), "batch", expires_after=3600)
    request = BatchRequest(input_file_id=file.id, endpoint="/v1/embeddings", metadata={"a": "b"})
    batch = await ended(batches.get, await batches.create(request, Free()))
    assert (batch.status, batch.request_counts.completed) == ("completed", 3)
    assert await files.save(batch.output_file_id, tmp_path / "out.jsonl") > 0
    answers = [result(text) for text in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert {answer.custom_id for answer in answers} == {"0", "1", "2"}


async def test_a_job_is_found_by_its_metadata_and_tells_its_losses(transport):
    example = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}\n'  # fmt: skip  # noqa: E501
    file = await Files(transport).create(Upload.content("t.jsonl", example * 10), "fine-tune")
    jobs = FineTuning(transport, catalogue.load())
    request = JobRequest(
        model="gpt-4o-mini-2024-07-18", training_file=file.id, metadata={"who": "ada"},
        hyperparameters={"n_epochs": 2},
    )  # fmt: skip
    job = await ended(jobs.get, await jobs.create(request, Free()))
    assert job.status == "succeeded"
    assert [one.id for one in (await jobs.list(metadata={"who": "ada"})).data] == [job.id]
    assert (await jobs.list(metadata={"who": "bob"})).data == []
    losses = [e.data["train_loss"] for e in (await jobs.events(job.id)).data if e.data]
    assert losses[0] < losses[-1]  # the newest first
    assert (await jobs.checkpoints(job.id)).data[0].metrics["train_loss"] == losses[0]


@pytest.mark.engines
@pytest.mark.timeout(300)
async def test_five_minutes_cut_at_many_places_say_at_each_seam_what_the_whole_says(tmp_path):
    """An hour is measured by `python -m benchmarks sound`. What a recogniser mishears in a piece it
    mishears anywhere; what two pieces heard is joined without losing or doubling a word.
    """
    found = await compared(tmp_path, list(speech(5_600)), most_seconds=20)
    assert found.seconds >= 300
    assert min(found.laps, found.seams - found.laps) >= 5  # in speech, and in pauses
    assert found.made == []
    assert found.near <= found.seams / 5
    assert found.cut <= found.uncut + 0.02 * found.said
    assert found.times == sorted(found.times)
