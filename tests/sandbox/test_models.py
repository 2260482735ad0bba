"""Models, and what their calls cost in the sandbox's own book."""

from decimal import Decimal

import openai
import pytest

from sandbox.models import THEIRS, Models


async def test_models_are_the_sandbox_s_own_under_their_names_and_openai_s(twin):
    listed = {model.id: model async for model in twin.client.models.list()}
    assert {model.owned_by for model in listed.values()} == {"parley-sandbox"}
    assert {"smollm2-135m-instruct", "piper-joe", "whisper-tiny.en", "gpt-4o-mini"} <= set(listed)
    one = await twin.client.models.retrieve("tts-1")
    assert one.shutdown_date == "2027-01-06"
    with pytest.raises(openai.NotFoundError) as caught:
        await twin.client.models.retrieve("gpt-nothing")
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("name", "counts", "usd"),
    [
        # the guide's own examples
        ("gpt-4o-mini", {"input": 1_000_000, "output": 1_000_000}, "0.75"),
        ("gpt-4o", {"input": 1_000_000, "output": 1_000_000}, "12.50"),
        ("gpt-4o", {"input": 1_000_000, "cached": 1_000_000}, "1.25"),
        ("gpt-4-turbo", {"input": 1_000_000, "output": 1_000_000}, "40"),
        ("gpt-3.5-turbo", {"input": 1_000_000, "output": 1_000_000}, "2"),
        ("text-embedding-3-small", {"input": 500_000}, "0.01"),
        ("text-embedding-3-large", {"input": 1_000_000}, "0.13"),
        ("text-embedding-ada-002", {"input": 1_000_000}, "0.10"),
        ("dall-e-3", {"1024x1024 standard": 100}, "4"),
        ("dall-e-3", {"1024x1792 hd": 1}, "0.16"),
        ("dall-e-2", {"512x512 standard": 1}, "0.018"),
        ("tts-1", {"characters": 1_000_000}, "15"),
        ("tts-1-hd", {"characters": 1_000_000}, "30"),
        ("whisper-1", {"seconds": 60}, "0.006"),
        ("gpt-4o-mini-2024-07-18", {"training": 1_000_000}, "3"),
        ("gpt-3.5-turbo", {"training": 1_000_000}, "8"),
    ],
)
def test_prices_are_the_guide_s(name, counts, usd):
    assert Models({}).get(name).cost(counts) == Decimal(usd)


def test_every_name_is_there_once():
    assert len({model.id for model in THEIRS}) == len(THEIRS)


async def test_the_book_is_by_person_model_and_address_and_can_be_begun_anew(twin):
    moderate = twin.client.moderations.create
    for person in ("ada", "ada", "bob"):
        await moderate(input="Hello", extra_body={"safety_identifier": person})
    with pytest.raises(openai.NotFoundError):
        await moderate(input="Hello", model="gpt-nothing")
    told = await twin.usage()
    assert {(row["user"], row["calls"]) for row in told["rows"]} == {("ada", 2), ("bob", 1)}
    assert told["answers"] == {"200": 3, "404": 1}
    assert told["cost_usd"] == "0"
    assert (await twin.http.delete("/sandbox/usage")).json() == {
        "answers": {},
        "rows": [],
        "cost_usd": "0",
    }
    assert (await twin.usage())["rows"] == []
    assert "ada" not in (await twin.http.get("/sandbox/usage", headers={"Authorization": ""})).text
