"""Every paid method of the door with the real client before a server on loopback."""

from contextlib import aclosing

import msgspec
import pytest
from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.batches import BatchRequest, Counts
from bot.openai.chat import Usage
from bot.openai.embeddings import EmbeddingRequest
from bot.openai.errors import OpenAIError
from bot.openai.fine_tuning import JobRequest
from bot.openai.images import EditRequest, ImageRequest
from bot.openai.moderations import ModerationRequest
from bot.openai.person import identifier
from bot.openai.retry import Clock
from bot.openai.speech import SpeechRequest
from bot.openai.transcription import TranscriptionRequest, TranslationRequest
from bot.openai.transport import Timeouts, Transport
from bot.openai.uploads import Upload
from bot.openai.usage import WireUsage
from bot.spending.bills import Bills
from bot.spending.budgets import BudgetSpent
from bot.spending.door import OpenAI
from tests.fakes.openai import FakeOpenAI, Fault
from tests.spending.desk import ADA, ask, open_desk

FOX = Upload.content("fox.png", b"a fox" * 100, "image/png")
NOTE = Upload.content("note.mp3", b"sound" * 100, "audio/mpeg")
MODELS = catalogue.load()
BILLS = Bills(MODELS)


async def at_once(_seconds: float) -> None:
    pass


@pytest.fixture
async def fake():
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def desk(fake, tmp_path):
    timeouts = Timeouts(connect=1, first_byte=0.2, silence=0.2, total=60)
    transport = Transport(
        fake.url, SecretStr(fake.key), timeouts=timeouts, clock=Clock(sleep=at_once)
    )
    async with open_desk(tmp_path, budget_person_day="5") as desk:
        api = API.at(lambda _: transport, MODELS)
        desk.door = OpenAI(api, Bills.of(MODELS, desk.settings), desk.ledger, desk.cache)
        yield desk
    await transport.aclose()


async def drained(pieces) -> list:
    async with aclosing(pieces):
        return [piece async for piece in pieces]


def embed(door, text="hello"):
    return door.embed(EmbeddingRequest(model="text-embedding-3-small", input=text))


def moderate(door, text="hello"):
    return door.moderate(ModerationRequest(model="omni-moderation-latest", input=text))


def imagine(door):
    return door.imagine(ImageRequest(model="dall-e-3", prompt="a fox", quality="hd"))


def imagining(door):
    return drained(door.imagining(ImageRequest(model="gpt-image-1", prompt="a fox",
                                               partial_images=2)))  # fmt: skip


def edit(door):
    return door.imagine(EditRequest(model="dall-e-2", prompt="a hat", image=(FOX,)))


def speak(door):
    return drained(door.speak(SpeechRequest(model="tts-1", input="hello", voice="alloy")))


def speak_in_tokens(door):
    request = SpeechRequest(model="gpt-4o-mini-tts", input="hello " * 20, voice="marin")
    return drained(door.speak(request))


def transcribe(door):
    return door.transcribe(TranscriptionRequest(model="whisper-1", file=NOTE), 61)


def transcribing(door):
    return drained(door.transcribing(TranscriptionRequest(model="gpt-4o-transcribe", file=NOTE), 9))


def translate(door):
    return door.translate(TranslationRequest(model="whisper-1", file=NOTE), 30)


FAMILIES = [
    (embed, "embeddings", None),
    (moderate, "moderation", 0),
    (imagine, "images", 80_000),
    (imagining, "images", 10 * 5 + 40 * 10 + 1056 * 40),
    (edit, "images", 20_000),
    (speak, "speech", 75),
    (speak_in_tokens, "speech", 9 + 1_212),
    (transcribe, "transcription", 6_100),
    (transcribing, "transcription", 163),
    (translate, "transcription", 3_000),
]


@pytest.mark.parametrize(("call", "capability", "cost"), FAMILIES)
async def test_every_kind_of_call_is_booked_at_its_price(desk, fake, call, capability, cost):
    door = desk.door.charged_to(ADA)
    await call(door)
    [row] = await desk.rows()
    assert (row["state"], row["capability"], row["author"]) == ("settled", capability, ADA.author)
    assert row["reserved"] >= row["cost"] == door.receipt.cost
    if cost is not None:
        assert (row["cost"], row["estimated"]) == (cost, 0)
    await desk.totals_agree()


@pytest.mark.parametrize(
    "call", [embed, imagine, imagining, edit, lambda door: door.complete(ask(model="gpt-4o-mini"))]
)
async def test_the_provider_knows_the_person_by_a_hash_alone(desk, fake, call):
    await call(desk.door.charged_to(ADA))
    body = [*fake.calls, *fake.judged][-1].body
    assert body.get("safety_identifier", body.get("user")) == identifier(ADA.author)
    assert ADA.author not in str(body)


@pytest.mark.parametrize("call", [call for call, _, cost in FAMILIES if cost != 0])
async def test_no_kind_of_call_is_made_on_a_spent_budget(fake, tmp_path, call):
    transport = Transport(fake.url, SecretStr(fake.key))
    async with open_desk(tmp_path, budget_person_day="0") as desk:
        api = API.at(lambda _: transport, MODELS)
        door = OpenAI(api, Bills.of(MODELS, desk.settings), desk.ledger, desk.cache)
        with pytest.raises(BudgetSpent):
            await call(door.charged_to(ADA))
        assert await desk.rows() == []
    assert fake.calls == []
    await transport.aclose()


@pytest.mark.parametrize("call", [call for call, *_ in FAMILIES])
async def test_what_was_refused_costs_nothing(desk, fake, call):
    fake.faults = fake.judging_faults
    fake.faults.append(Fault(400, "invalid_value"))
    with pytest.raises(OpenAIError):
        await call(desk.door.charged_to(ADA))
    [row] = await desk.rows()
    assert (row["state"], row["cost"] or 0) == ("released", 0)


@pytest.mark.parametrize("call", [imagining, speak_in_tokens, transcribing])
async def test_what_broke_off_is_booked_as_an_estimate(desk, fake, call):
    fake.faults.append(Fault(cut_after=1))
    with pytest.raises(OpenAIError):
        await call(desk.door.charged_to(ADA))
    [row] = await desk.rows()
    assert (row["state"], row["estimated"]) == ("settled", 1)
    assert row["cost"] == row["reserved"] > 0


async def test_what_is_known_is_neither_asked_nor_charged_again(desk, fake):
    door = desk.door.charged_to(ADA)
    first, second = await embed(door), await embed(door)
    assert first.vectors == second.vectors
    await moderate(door)
    await moderate(door)
    assert [len(fake.calls), len(fake.judged)] == [1, 1]
    assert len(await desk.rows()) == 2


async def test_a_fine_tune_holds_what_it_may_cost_until_it_has_ended(desk):
    request = JobRequest(model="gpt-4o-mini-2024-07-18", training_file="file-abc123")
    job = await desk.door.charged_to(ADA).fine_tune(request, 1_000_000)
    [row] = await desk.rows()
    assert (row["state"], row["reserved"], row["job"]) == ("held", 3_000_000, job.id)
    assert await desk.ledger.recover() == 0
    ended = type(job)(id=job.id, status="succeeded", model=job.model, trained_tokens=400_000)
    await desk.door.ended(ended)
    await desk.door.ended(ended)
    [row] = await desk.rows()
    assert (row["state"], row["cost"], row["estimated"]) == ("settled", 1_200_000, 0)
    await desk.totals_agree()


async def test_a_batch_is_settled_at_half_of_what_it_used(desk):
    bills = [BILLS.chat(ask(model="gpt-4o-mini")) for _ in range(100)]
    request = BatchRequest(input_file_id="file-abc123", endpoint="/v1/chat/completions")
    batch = await desk.door.charged_to(ADA).batch(request, "gpt-4o-mini", bills)
    [row] = await desk.rows()
    assert row["state"] == "held"
    assert row["reserved"] > 0
    await desk.door.ended(completed(batch, Usage(prompt=1_000_000, completion=1_000_000)))
    [row] = await desk.rows()
    assert (row["state"], row["cost"]) == ("settled", (150_000 + 600_000) // 2)


async def test_a_batch_of_unknown_use_costs_what_was_held(desk):
    bills = [BILLS.chat(ask(model="gpt-4o-mini"))]
    request = BatchRequest(input_file_id="file-abc123", endpoint="/v1/chat/completions")
    batch = await desk.door.charged_to(ADA).batch(request, "gpt-4o-mini", bills)
    await desk.door.ended(completed(batch, None))
    [row] = await desk.rows()
    assert (row["state"], row["estimated"]) == ("settled", 1)
    assert row["cost"] == row["reserved"] > 0


async def test_a_job_that_was_not_begun_costs_nothing(desk, fake):
    fake.faults.append(Fault(403, "permission_denied"))
    request = JobRequest(model="gpt-4o-mini-2024-07-18", training_file="file-abc123")
    with pytest.raises(OpenAIError):
        await desk.door.charged_to(ADA).fine_tune(request, 1_000_000)
    assert await desk.states() == {"released": 1}


async def test_a_job_dearer_than_the_budget_is_not_begun(desk, fake):
    request = JobRequest(model="gpt-4o-mini-2024-07-18", training_file="file-abc123")
    with pytest.raises(BudgetSpent) as refused:
        await desk.door.charged_to(ADA).fine_tune(request, 2_000_000)
    assert "too little" in refused.value.sentence
    assert fake.calls == []


def completed(batch, usage):
    told = usage and WireUsage(input_tokens=usage.prompt, output_tokens=usage.completion)
    return msgspec.structs.replace(
        batch, status="completed", model="gpt-4o-mini", request_counts=Counts(100, 100, 0),
        reported=told,
    )  # fmt: skip
