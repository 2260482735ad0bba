"""The official client reads what the fake server says, strictly, so that ours is not tested against
a wire of our own invention.
"""

import pytest
from openai import AsyncOpenAI

from tests.fakes.openai_media import SPOKEN, picture
from tests.fakes.openai_texts import vector

HELLO = [{"role": "user", "content": "hello there"}]
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
NOTE = ("note.ogg", b"OggS")


@pytest.fixture
async def official(fake):
    async with AsyncOpenAI(
        base_url=fake.url, api_key=fake.key, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


async def test_chat(fake, official):
    ask = official.chat.completions.create
    whole = await ask(model="gpt-4o", messages=HELLO, logprobs=True, top_logprobs=1)
    assert whole.choices[0].message.content == "You said: hello there"
    assert whole.choices[0].logprobs.content[0].top_logprobs[0].token == "maybe"
    stream = await ask(model="gpt-4o", messages=HELLO, stream=True)
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    fake.tool_calls.extend([{"get_weather": "{}"}] * 2)
    called = await ask(model="gpt-4o", messages=HELLO, tools=[WEATHER])
    assert called.choices[0].message.tool_calls[0].function.name == "get_weather"
    deltas = [
        delta
        async for chunk in await ask(model="gpt-4o", messages=HELLO, tools=[WEATHER], stream=True)
        for delta in chunk.choices[0].delta.tool_calls or ()
    ]
    assert "".join(delta.function.arguments for delta in deltas) == "{}"


async def test_embeddings_and_moderations(official):
    model = "text-embedding-3-small"
    found = await official.embeddings.create(model=model, input=["one"], encoding_format="float")
    assert found.data[0].embedding == vector("one")
    verdict = (await official.moderations.create(input="hurt")).results[0]
    assert verdict.categories.violence
    assert verdict.category_applied_input_types.violence == ["text"]


async def test_images(official):
    found = await official.images.generate(model="gpt-image-2", prompt="a fox")
    assert found.data[0].b64_json
    assert found.usage.output_tokens == 1056
    found = await official.images.generate(model="dall-e-3", prompt="a fox")
    assert found.data[0].url
    assert found.data[0].revised_prompt
    for paint, more in (
        (official.images.generate, {}),
        (official.images.edit, {"image": ("a.png", picture("a"))}),
    ):
        stream = await paint(model="gpt-image-2", prompt="a", stream=True, partial_images=1, **more)
        kinds = [event.type.rsplit(".", 1)[-1] async for event in stream]
        assert kinds == ["partial_image", "completed"]


async def test_sound(official):
    spoken = await official.audio.speech.create(model="tts-1", voice="alloy", input="Hello")
    assert spoken.content.startswith(b"alloy 1 Hello")
    hear = official.audio.transcriptions.create
    assert (await hear(model="gpt-4o-transcribe", file=NOTE)).usage.input_tokens == 25
    assert (await hear(model="whisper-1", file=NOTE, response_format="vtt")).startswith("WEBVTT")
    verbose = await hear(model="whisper-1", file=NOTE, response_format="verbose_json",
                         timestamp_granularities=["word"])  # fmt: skip
    assert verbose.words[0].word == "Hello"
    named = await hear(
        model="gpt-4o-transcribe-diarize", file=NOTE, response_format="diarized_json"
    )
    assert named.segments[0].speaker == "A"
    events = [event async for event in await hear(model="gpt-transcribe", file=NOTE, stream=True)]
    assert events[-1].text == SPOKEN
    with pytest.deprecated_call():  # retires in February 2027
        translated = await official.audio.translations.create(model="whisper-1", file=NOTE)
    assert translated.text == f"In English: {SPOKEN}"


async def test_files_jobs_and_batches(official):
    file = await official.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    assert [one.id async for one in official.files.list(purpose="fine-tune")] == [file.id]
    assert (await official.files.content(file.id)).content == b"{}"
    jobs = official.fine_tuning.jobs
    job = await jobs.create(model="gpt-4o-mini", training_file=file.id)
    assert [event.type async for event in jobs.list_events(job.id)] == ["metrics", "message"]
    assert [point.step_number async for point in jobs.checkpoints.list(job.id)] == [10]
    assert (await jobs.cancel(job.id)).status == "cancelled"
    batch = await official.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert (await official.batches.retrieve(batch.id)).status == "validating"
    assert [one.id async for one in official.batches.list()] == [batch.id]
    assert (await official.files.delete(file.id)).deleted


async def test_models(fake, official):
    assert [model.id async for model in official.models.list()] == fake.models
