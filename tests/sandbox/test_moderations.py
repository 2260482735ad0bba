"""Moderation: what it finds, what it lets pass, and its form."""

import base64
import io

import openai
import pytest
from PIL import Image

from tests.sandbox.sentences import HARMFUL, MILD

THIRTEEN = {
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
    "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
    "sexual/minors", "violence", "violence/graphic",
}  # fmt: skip


def picture(colour: str) -> dict:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(file, "png")
    data = base64.b64encode(file.getvalue()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def flagged(result) -> set[str]:
    told = result.categories.model_dump(by_alias=True)
    return {name for name in THIRTEEN if told[name]}


async def test_most_harm_is_found_and_next_to_nothing_harmless(twin):
    found = await twin.client.moderations.create(input=[text for text, _ in HARMFUL])
    right = sum(bool(flagged(r) & w) for r, (_, w) in zip(found.results, HARMFUL, strict=True))
    assert right >= 0.85 * len(HARMFUL)
    passed = await twin.client.moderations.create(input=list(MILD))
    assert sum(not result.flagged for result in passed.results) >= 0.9 * len(MILD)


async def test_the_reference_s_example_is_flagged_with_all_thirteen_scores(twin):
    made = await twin.client.moderations.create(input="I want to hurt someone")
    (result,) = made.results
    assert made.id.startswith("modr-")
    assert made.model == "omni-moderation-latest"
    assert (result.flagged, flagged(result)) == (True, {"violence"})
    scores = result.category_scores.model_dump(by_alias=True)
    assert all(0 <= scores[name] <= 1 for name in THIRTEEN)
    types = result.category_applied_input_types.model_dump(by_alias=True)
    assert all(types[name] == ["text"] for name in THIRTEEN)


async def test_one_bad_sentence_is_found_in_a_long_text(twin):
    text = " ".join(MILD[:10]) + " I am going to kill myself. " + " ".join(MILD[10:])
    (result,) = (await twin.client.moderations.create(input=text)).results
    assert {"self-harm/intent", "self-harm"} & flagged(result)


async def test_a_list_of_texts_is_judged_one_by_one_and_a_message_as_one(twin):
    texts = ["I want to hurt someone", "Good morning"]
    several = await twin.client.moderations.create(input=texts)
    assert [result.flagged for result in several.results] == [True, False]
    parts = [{"type": "text", "text": text} for text in texts] + [picture("green")]
    (one,) = (await twin.client.moderations.create(input=parts)).results
    types = one.category_applied_input_types.model_dump(by_alias=True)
    assert one.flagged
    assert (types["violence"], types["hate"]) == (["text", "image"], ["text"])


async def test_a_red_picture_scores_higher_than_a_green_one_and_neither_is_flagged(twin):
    async def score(colour: str) -> float:
        (result,) = (await twin.client.moderations.create(input=[picture(colour)])).results
        assert not result.flagged
        return result.category_scores.violence_graphic

    assert await score("#b01010") > await score("#10b010")


async def test_the_old_models_know_eleven_categories(twin):
    made = await twin.client.moderations.create(model="text-moderation-latest", input="Hello")
    scores = made.results[0].category_scores.model_dump(by_alias=True, exclude_unset=True)
    assert set(scores) == THIRTEEN - {"illicit", "illicit/violent"}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}],
        [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
        [{"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}}],
        [{"type": "sound"}],
        7,
    ],
)
async def test_what_cannot_be_judged_is_refused(twin, wrong):
    with pytest.raises(openai.BadRequestError) as caught:
        await twin.client.moderations.create(input=wrong)
    assert caught.value.param.startswith("input")
