"""What calls cost before they are made, and after, at the prices of the shipped catalogue."""

import pytest

from bot.openai import catalogue
from bot.openai.chat import Usage
from bot.openai.embeddings import EmbeddingRequest
from bot.openai.images import EditRequest, ImageRequest
from bot.openai.moderations import ModerationRequest
from bot.openai.speech import SpeechRequest
from bot.openai.transcription import TranscriptionRequest
from bot.openai.uploads import Upload
from bot.spending.bills import Bills, Heard
from tests.spending.desk import ask

FILE = Upload.content("note.mp3", b"sound")
CATALOGUE = catalogue.load()
BILLS = Bills(CATALOGUE)


def held(bill) -> int:
    return bill.quote.cost(bill.quote.wanted, limited=True)


def whole(**facts) -> Heard:
    return Heard(whole=True, **facts)


@pytest.mark.parametrize(
    ("quality", "size", "dollars"),
    [
        (None, None, 0.04),
        ("standard", "1792x1024", 0.08),
        ("hd", "1024x1024", 0.08),
        ("hd", "1024x1792", 0.16),
    ],
)
def test_a_picture_costs_by_its_quality_and_size(quality, size, dollars):
    bill = BILLS.images(ImageRequest(model="dall-e-3", prompt="a fox", quality=quality, size=size))
    charge = bill.charge(whole(pictures=1))
    assert held(bill) == charge.cost == dollars * 1_000_000
    assert (charge.used.pictures, charge.estimated) == (1, False)


def test_only_the_pictures_that_came_are_charged():
    bill = BILLS.images(ImageRequest(model="dall-e-2", prompt="a fox", n=3, size="256x256"))
    assert held(bill) == 48_000
    assert bill.charge(whole(pictures=2)).cost == 32_000


def test_a_picture_that_may_have_been_painted_is_booked_as_an_estimate():
    bill = BILLS.images(ImageRequest(model="dall-e-2", prompt="a fox", n=3, size="256x256"))
    charge = bill.charge(Heard())
    assert (charge.cost, charge.estimated, charge.used.pictures) == (48_000, True, 3)


def test_a_picture_of_unknown_quality_holds_what_the_dearest_costs():
    bill = BILLS.images(ImageRequest(model="gpt-image-1", prompt="a fox"))
    assert held(bill) > 250_000


def test_a_size_that_is_not_listed_costs_by_its_pixels():
    listed = BILLS.images(
        ImageRequest(model="gpt-image-2", prompt="", quality="low", size="1024x1024")
    )
    large = BILLS.images(
        ImageRequest(model="gpt-image-2", prompt="", quality="low", size="2048x2048")
    )
    assert held(large) >= 4 * held(listed)


def test_a_picture_is_settled_by_its_tokens_where_the_api_counts_them():
    bill = BILLS.images(ImageRequest(model="gpt-image-1", prompt="a fox", quality="low"))
    usage = Usage(prompt=1_000, picture_prompt=900, completion=2_000, picture_completion=2_000)
    charge = bill.charge(whole(pictures=1, usage=usage))
    assert charge.cost == 100 * 5 + 900 * 10 + 2_000 * 40
    assert not charge.estimated


def test_the_pictures_of_an_edit_are_read_too():
    def cost(*images):
        return held(BILLS.images(EditRequest(model="gpt-image-1", prompt="", image=images,
                                             quality="low", size="1024x1024")))  # fmt: skip

    assert cost(FILE, FILE) - cost(FILE) == cost(FILE) - 11_000 > 0


def test_speech_costs_by_its_characters():
    bill = BILLS.speech(SpeechRequest(model="tts-1", input="x" * 1_000, voice="alloy"))
    charge = bill.charge(whole())
    assert held(bill) == charge.cost == 15_000
    assert (charge.used.characters, charge.estimated) == (1_000, False)


def test_speech_that_is_priced_in_tokens_is_settled_by_them():
    bill = BILLS.speech(SpeechRequest(model="gpt-4o-mini-tts", input="x" * 600, voice="alloy"))
    usage = Usage(prompt=100, completion=1_000, sound_completion=1_000)
    assert held(bill) > 15_000  # a minute of it
    assert bill.charge(whole(usage=usage)).cost == 60 + 12_000
    assert bill.charge(whole()).estimated


def test_sound_costs_by_the_second_that_was_begun():
    bill = BILLS.sound(TranscriptionRequest(model="whisper-1", file=FILE), 90.2)
    charge = bill.charge(whole())
    assert held(bill) == charge.cost == 9_100
    assert (charge.used.seconds, charge.estimated) == (91, False)


def test_sound_is_settled_by_what_the_api_heard_of_it():
    bill = BILLS.sound(TranscriptionRequest(model="whisper-1", file=FILE), 90)
    assert bill.charge(whole(usage=Usage(seconds=60))).cost == 6_000
    tokens = BILLS.sound(TranscriptionRequest(model="gpt-4o-transcribe", file=FILE), 60)
    usage = Usage(prompt=700, sound_prompt=690, completion=100)
    assert tokens.charge(whole(usage=usage)).cost == -(-(700 * 250 + 100 * 1_000) // 100)


def test_texts_to_embed_cost_their_tokens():
    bill = BILLS.embeddings(
        EmbeddingRequest(model="text-embedding-3-large", input=("hello world",) * 500_000)
    )
    assert held(bill) == 130_000
    assert bill.charge(whole(usage=Usage(prompt=1_000_000))).cost == 130_000


def test_moderation_costs_nothing_and_is_known_to():
    bill = BILLS.moderation(ModerationRequest(model="omni-moderation-latest", input="hello"))
    charge = bill.charge(whole())
    assert (held(bill), charge.cost, charge.estimated) == (0, 0, False)


def test_training_costs_each_token_as_often_as_it_is_trained_on():
    bill = BILLS.training("gpt-4o-mini-2024-07-18", 3_000_000)
    assert held(bill) == 9_000_000


def test_a_batch_costs_half():
    lines = [BILLS.chat(ask("hello " * 100, most=1_000, model="gpt-4o-mini")) for _ in range(100)]
    assert held(BILLS.batch("gpt-4o-mini", lines)) == sum(map(held, lines)) / 2


@pytest.mark.parametrize(
    "bill",
    [
        BILLS.images(ImageRequest(model="flux", prompt="a fox")),
        BILLS.speech(SpeechRequest(model="kokoro", input="hello", voice="af")),
        BILLS.sound(TranscriptionRequest(model="parakeet", file=FILE), 60),
        BILLS.embeddings(EmbeddingRequest(model="bge", input="hello")),
        BILLS.moderation(ModerationRequest(model="guard", input="hello")),
        BILLS.training("llama", 1_000),
        BILLS.batch("llama", [BILLS.chat(ask(model="llama"))]),
    ],
    ids=lambda bill: bill.quote.capability,
)
def test_what_nobody_knows_the_price_of_is_never_free(bill):
    assert bill.quote.prices is None
    assert bill.charge(whole(usage=Usage(prompt=10))).cost is None


def test_a_whole_answer_without_usage_is_an_estimate_where_tokens_are_priced():
    bill = BILLS.embeddings(EmbeddingRequest(model="text-embedding-3-small", input="hello"))
    assert bill.charge(whole()).estimated


def test_what_was_cut_off_in_a_tool_call_was_written_too():
    bill = BILLS.chat(ask(model="gpt-4o-mini"))
    heard = Heard(pieces=['{"prompt": ', '"a fox"}'])
    assert bill.charge(heard).used.tokens_out >= 2


def test_what_the_sandbox_does_is_free_whatever_its_model_is_called():
    bills = Bills(CATALOGUE, free=frozenset({"chat", "images"}))
    chat = bills.chat(ask(model="gpt-4o"))
    picture = bills.images(ImageRequest(model="dall-e-3", prompt="a fox"))
    assert held(chat) == held(picture) == 0
    charge = chat.charge(whole(usage=Usage(prompt=9, completion=9)))
    assert (charge.cost, charge.used.tokens_out) == (0, 9)
    assert held(bills.speech(SpeechRequest(model="tts-1", input="hello", voice="alloy"))) == 75


def test_a_translation_is_of_its_own_provider():
    bills = Bills(CATALOGUE, free=frozenset({"transcription"}))
    request = TranscriptionRequest(model="whisper-1", file=FILE)
    assert held(bills.sound(request, 60)) == 0
    assert held(bills.sound(request, 60, "translation")) == 6_000
