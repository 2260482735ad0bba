import json

import pytest

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.chat_parts import PicturePart, TextPart
from bot.openai.meter import Free
from bot.openai.moderations import ModerationRequest, Moderations
from tests.fakes.openai import Fault
from tests.fakes.openai_texts import CATEGORIES

MODEL = "omni-moderation-latest"


@pytest.fixture
def moderations(transport):
    return Moderations(transport, catalogue.load())


def ask(given, model=MODEL):
    return ModerationRequest(model=model, input=given, user="abc")


async def test_one_text_has_one_verdict_with_all_categories(fake, moderations):
    answer = await moderations.create(ask("I want to hurt someone"), Free())
    (verdict,) = answer.results
    assert verdict.flagged
    assert verdict.found == ["violence", "harassment/threatening"]
    assert set(verdict.categories) == set(verdict.scores) == set(CATEGORIES)
    assert fake.judged[0].body == {"model": MODEL, "input": "I want to hurt someone"}


async def test_many_texts_have_a_verdict_each(moderations):
    answer = await moderations.create(ask(("hello", "hurt", "bye")), Free())
    assert [verdict.flagged for verdict in answer.results] == [False, True, False]


async def test_a_text_and_a_picture_have_one_verdict_together(fake, moderations):
    parts = (TextPart("to hurt"), PicturePart.at("https://example.com/a.png"))
    answer = await moderations.create(ask(parts), Free())
    assert answer.results[0].applied["violence"] == ["text", "image"]
    assert fake.judged[0].body["input"] == [
        {"type": "text", "text": "to hurt"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]


async def test_a_model_that_sees_no_pictures_is_sent_none(fake, moderations):
    with pytest.raises(WrongValue, match="text-moderation-latest takes; it takes text"):
        await moderations.create(ask((PicturePart.at("x"),), "text-moderation-latest"), Free())
    assert fake.judged == []


async def test_a_category_that_is_new_or_null_is_kept(fake, moderations):
    result = {
        "flagged": True,
        "categories": {"fraud": True, "illicit": None},
        "category_scores": {"fraud": 0.9},
    }
    fake.judging_faults.append(Fault(200, body=json.dumps({"results": [result]})))
    answer = await moderations.create(ask("x"), Free())
    assert answer.results[0].found == ["fraud"]


async def test_a_verdict_that_is_missing_is_no_clearance(fake, moderations):
    fake.judging_faults.append(Fault(200, body='{"results": []}'))
    with pytest.raises(errors.Malformed):
        await moderations.create(ask("x"), Free())


async def test_what_is_no_utf8_is_still_looked_at(fake, moderations):
    await moderations.create(ask((TextPart("a\ud800b"),)), Free())
    assert fake.judged[0].body["input"][0]["text"] == "a?b"
