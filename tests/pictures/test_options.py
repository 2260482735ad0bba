import pytest

from bot.commands import Typing
from bot.events import Author, Place
from bot.openai import catalogue
from bot.openai.catalogue_check import check
from bot.pictures.options import FIELDS, Offer

FILES = ("picture", "mask")


def options(*models, path=None):
    offer = Offer(catalogue.load(path), models)
    return {option.name: option for option in offer.options}


async def choices(option, text="", **chosen):
    typing = Typing(Author("a"), Place("p", "w", "c"), "imagine", option.name, text, chosen)
    return await option.suggest(typing)


async def suggested(option, text="", **chosen):
    return [choice.value for choice in await choices(option, text, **chosen)]


def test_what_no_model_takes_is_not_offered():
    assert "style" not in options("gpt-image-2", "gpt-image-1.5")
    assert "style" in options("gpt-image-2", "dall-e-3")
    assert not {"compression", "previews", "fidelity"} & options("dall-e-3").keys()
    assert "fidelity" not in options("gpt-image-2")
    assert "response_format" not in options("gpt-image-2", "gpt-image-1.5")


def test_a_model_that_nobody_described_may_take_everything():
    assert options("sdxl").keys() == {"prompt", "model", "n", *FIELDS, *FILES}


async def test_the_values_of_the_model_that_is_asked_come_first():
    found = options("dall-e-3", "gpt-image-2")
    sizes = await suggested(found["size"])
    assert sizes[:3] == ["1024x1024", "1792x1024", "1024x1792"]
    assert "1536x1024" in sizes
    assert await suggested(found["size"], "1792") == ["1792x1024", "1024x1792"]
    assert await suggested(found["model"]) == ["dall-e-3", "gpt-image-2"]


async def test_what_is_offered_is_what_the_model_takes_that_is_chosen():
    found = options("gpt-image-2", "gpt-image-2.5-flare", "dall-e-3", "gpt-image-1-mini")
    assert await suggested(found["quality"], model="dall-e-3") == ["standard", "hd"]
    assert "max" in await suggested(found["quality"], model="gpt-image-2.5-flare")
    assert "max" not in await suggested(found["quality"], model="gpt-image-2")
    assert await suggested(found["fidelity"], model="gpt-image-1-mini") == ["low"]
    assert await suggested(found["response_format"], model="dall-e-3") == ["url", "b64_json"]


async def test_until_a_model_is_chosen_each_value_says_whose_it_is():
    quality = options("gpt-image-2", "gpt-image-2.5-flare", "dall-e-3")["quality"]
    assert [choice.label for choice in await choices(quality)] == [
        "auto", "low", "medium", "high", "xhigh (gpt-image-2.5-flare)",
        "max (gpt-image-2.5-flare)", "standard (dall-e-3)", "hd (dall-e-3)",
    ]  # fmt: skip


def test_every_shape_is_one_that_its_model_takes():
    known = catalogue.load()
    for id_ in known.serving("images/generations"):
        for size in Offer(known, [id_]).shapes:
            check(known, known.model(id_), "images/generations", {"size": size})


def test_a_model_of_any_size_has_larger_shapes():
    assert {"2160x2160", "3840x2160", "2160x3840"} <= set(
        Offer(catalogue.load(), ["gpt-image-2"]).shapes
    )


@pytest.mark.parametrize("models", [("gpt-image-2",), ("dall-e-3", "gpt-image-2", "sdxl")])
def test_every_option_fits_the_platforms(models):
    found = options(*models)
    assert len(found) <= 25
    assert all(len(option.help) <= 100 for option in found.values())
