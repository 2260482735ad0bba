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


def test_retirement_and_effort_are_known(shipped):
    assert shipped.model("gpt-4o").retires == date(2027, 1, 14)
    assert shipped.model("gpt-6-luna").effort == "none"


def test_an_operators_file_adds_and_overrides_single_fields(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text("""
        [models."gpt-4o"]
        context = 64_000
        [models."llama-*"]
        prices = { input = "0.10", output = "0.2" }
    """)
    mine = catalogue.load(path)
    assert mine.model("gpt-4o").context == 64_000
    assert mine.model("gpt-4o").prices == Prices(2_500_000, 10_000_000, 1_250_000)
    assert mine.model("llama-4-scout").prices == Prices(100_000, 200_000)


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


@pytest.mark.parametrize("content", [b"= nonsense", b"\xff\xfe", b"models = 3", b"[models]\nm = 1"])
def test_a_file_that_is_no_catalogue_is_named(tmp_path, content):
    path = tmp_path / "models.toml"
    path.write_bytes(content)
    with pytest.raises(WrongCatalogue, match=r"models\.toml"):
        catalogue.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WrongCatalogue, match="PARLEY_CATALOGUE"):
        catalogue.load(tmp_path / "none.toml")
