from datetime import date

import pytest

from bot.openai import catalogue
from bot.openai.catalogue import Prices, WrongCatalogue


@pytest.fixture(scope="module")
def shipped():
    return catalogue.load()


@pytest.mark.parametrize(
    ("id_", "prices"),  # the reference guide's, and today's default
    [
        ("gpt-4o", Prices(2_500_000, 10_000_000, 1_250_000)),
        ("gpt-4o-mini", Prices(150_000, 600_000, 75_000)),
        ("gpt-4-turbo", Prices(10_000_000, 30_000_000)),
        ("gpt-3.5-turbo", Prices(500_000, 1_500_000)),
        ("gpt-6-luna", Prices(100_000, 500_000, 10_000)),
        ("smollm2-135m-instruct", Prices(0, 0, 0)),
    ],
)
def test_prices_are_micro_dollars_for_a_million_tokens(shipped, id_, prices):
    assert shipped.model(id_).prices == prices


def test_a_dated_snapshot_is_its_model(shipped):
    assert shipped.model("gpt-4o-2024-11-20").context == 128_000
    assert shipped.model("gpt-4o-2024-11-20").id == "gpt-4o-2024-11-20"


def test_a_snapshot_with_an_entry_of_its_own_has_its_own_prices(shipped):
    assert shipped.model("gpt-4o-2024-05-13").prices == Prices(5_000_000, 15_000_000)


def test_a_fine_tuned_model_has_the_price_of_its_base(shipped):
    prices = shipped.model("ft:gpt-4o-mini-2024-07-18:acme::7p4").prices
    assert prices == Prices(300_000, 1_200_000, 150_000)


@pytest.mark.parametrize("id_", ["llama3:8b", "gpt-4o-ultra", "", "gpt-6-luna2"])
def test_an_unknown_model_has_no_price_rather_than_none_to_pay(shipped, id_):
    model = shipped.model(id_)
    assert not model.known
    assert model.prices is None


GUIDE = [  # every price of the reference guide of January 2025, in micro-dollars
    ("gpt-4o", "prices", Prices(2_500_000, 10_000_000, 1_250_000)),
    ("gpt-4-turbo", "prices", Prices(10_000_000, 30_000_000)),
    ("text-embedding-3-large", "prices", Prices(130_000, 0)),
    ("text-embedding-3-small", "prices", Prices(20_000, 0)),
    ("text-embedding-ada-002", "prices", Prices(100_000, 0)),
    ("tts-1", "million_characters", 15_000_000),
    ("tts-1-hd", "million_characters", 30_000_000),
    ("whisper-1", "minute", 6_000),
    ("gpt-4o-mini-2024-07-18", "training", 3_000_000),
    ("gpt-3.5-turbo", "training", 8_000_000),
    ("ft:gpt-3.5-turbo:acme::7p4", "prices", Prices(3_000_000, 6_000_000)),
    ("dall-e-3", "pictures", {
        "standard": {"1024x1024": 40_000, "1792x1024": 80_000, "1024x1792": 80_000},
        "hd": {"1024x1024": 80_000, "1792x1024": 160_000, "1024x1792": 160_000},
    }),
    ("dall-e-2", "pictures", {
        "standard": {"256x256": 16_000, "512x512": 18_000, "1024x1024": 20_000},
    }),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "field", "price"), GUIDE)
def test_the_guides_prices_are_known(shipped, id_, field, price):
    assert getattr(shipped.model(id_), field) == price


@pytest.mark.parametrize("id_", ["gpt-4o", "gpt-4o-mini", "gpt-6-luna", "text-embedding-3-small"])
def test_a_batch_costs_half(shipped, id_):
    assert shipped.model(id_).batch


@pytest.mark.parametrize(
    ("id_", "field", "price"),
    [
        ("gpt-image-2", "picture_tokens", Prices(8_000_000, 30_000_000)),
        ("gpt-image-2-2026-04-21", "prices", Prices(5_000_000, 30_000_000, 1_250_000)),
        ("gpt-4o-mini-tts", "sound_tokens", Prices(600_000, 12_000_000)),
        ("gpt-transcribe", "minute", 4_500),
        ("omni-moderation-2024-09-26", "prices", Prices(0, 0)),
        ("gpt-audio", "sound_tokens", Prices(32_000_000, 64_000_000)),
    ],
)
def test_todays_models_beyond_chat_have_their_prices(shipped, id_, field, price):
    assert getattr(shipped.model(id_), field) == price


def test_every_default_is_known_priced_and_serves_its_capability(shipped):
    for capability, id_ in shipped.defaults.items():
        model = shipped.model(id_)
        assert model.known
        assert model.prices or model.minute is not None, id_
        kinds = {"subtitles": "transcription", "translation": "transcription"}
        assert model.capability == {"fine_tuning": "chat", **kinds}.get(capability, capability)


def test_an_unknown_model_is_of_the_capability_that_it_is_asked_for(shipped):
    model = shipped.model("kokoro", "speech")
    assert model.capability == "speech"
    assert not model.choices


def test_a_model_has_what_its_family_has_and_its_own_over_it(shipped):
    flare = shipped.model("gpt-image-2.5-flare")
    assert "max" in flare.choices["quality"]  # its family's
    assert flare.choices["style"] == ()  # that of the family which its family is like
    assert flare.renames == {"user": "safety_identifier"}


def test_a_retired_model_is_not_offered_in_the_place_of_another(shipped):
    assert "gpt-image-2" in shipped.serving("images/edits")
    assert "dall-e-2" not in shipped.serving("images/edits")


def test_retirement_and_effort_are_known(shipped):
    assert shipped.model("gpt-4o").retires == date(2027, 1, 14)
    assert shipped.model("gpt-6-luna").effort == "none"


def test_an_operators_file_adds_and_overrides_single_fields(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text("""
        [models."gpt-4o"]
        context = 64_000
        choices = { parts = ["text"] }
        [models."llama-*"]
        prices = { input = "0.10", output = "0.2" }
        [models."kokoro"]
        family = "speech"
        choices = { voice = ["af_bella"] }
        [families.speech]
        longest = { input = 500 }
    """)
    mine = catalogue.load(path)
    assert mine.model("gpt-4o").context == 64_000
    assert mine.model("gpt-4o").prices == Prices(2_500_000, 10_000_000, 1_250_000)
    assert mine.model("gpt-4o").choices["parts"] == ("text",)
    assert "json_schema" in mine.model("gpt-4o").choices["response_format"]
    assert mine.model("llama-4-scout").prices == Prices(100_000, 200_000)
    assert mine.model("kokoro").choices["voice"] == ("af_bella",)
    assert mine.model("tts-1").longest["input"] == 500


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[models."m"]\ncontext = "many"', "context"),
        ('[models."m"]\ncontxt = 1', "contxt"),
        ('[models."m"]\ncontext = -5', "context"),
        ('[models."m"]\nprices = { input = "cheap", output = "1" }', "prices.input"),
        ('[models."m"]\nprices = { input = "-1", output = "1" }', "prices.input"),
        ('[models."m"]\nprices = { input = "1" }', "output"),
        ('[models."m"]\nprices = { input = 0.1, output = "1" }', "prices.input"),
        ('[models."m"]\nprices = "free"', "prices"),
        ('[models."m"]\nencoding = "p50k"', "encoding"),
        ('[models."m"]\nminute = 6', "minute"),
        ('[models."m"]\npictures.hd = { big = "dear" }', "pictures"),
        ('[models."m"]\nfamily = "rolls"', "rolls"),
        ('[models."m"]\nfamily = "a"\n[families.a]\nlike = "a"', "family"),
        ('[models."m"]\nchoices = { size = "big" }', "choices"),
    ],
)
def test_a_wrong_entry_names_file_model_and_field(tmp_path, text, named):
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(WrongCatalogue) as caught:
        catalogue.load(path)
    assert str(path) in caught.value.sentence
    assert "“m”" in caught.value.sentence
    assert named in caught.value.sentence


@pytest.mark.parametrize(
    "content", [b"= nonsense", b"\xff\xfe", b"models = 3", b"[models]\nm = 1", b"[model.m]"]
)
def test_a_file_that_is_no_catalogue_is_named(tmp_path, content):
    path = tmp_path / "models.toml"
    path.write_bytes(content)
    with pytest.raises(WrongCatalogue, match=r"models\.toml"):
        catalogue.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WrongCatalogue, match="PARLEY_CATALOGUE"):
        catalogue.load(tmp_path / "none.toml")
