from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openai import catalogue
from bot.openai.catalogue_check import WrongValue, check, check_tunable
from bot.openai.uploads import Upload

SHIPPED = catalogue.load()
PATHS = {
    "chat": "chat/completions",
    "images": "images/generations",
    "speech": "audio/speech",
    "transcription": "audio/transcriptions",
    "embeddings": "embeddings",
}


def ask(id_, endpoint="", **fields):
    model = SHIPPED.model(id_)
    check(SHIPPED, model, endpoint or PATHS[model.capability], fields)


def big(name, size):
    return Upload(name, lambda: None, size)


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("dall-e-3", {"size": "1792x1024", "quality": "hd", "style": "natural", "n": 1}),
        ("dall-e-2", {"size": "256x256", "n": 10, "prompt": "x" * 1000}),
        ("gpt-image-2", {"size": "auto", "background": "transparent", "output_format": "webp"}),
        ("gpt-image-2", {"size": "3840x2160", "n": 10, "prompt": "x" * 32_000}),
        ("gpt-image-2", {"size": "2160x3840"}),
        ("gpt-image-2", {"size": "1536x512"}),
        ("tts-1", {"voice": "onyx", "response_format": "flac", "speed": 0.25}),
        ("tts-1", {"voice": {"id": "voice_1234"}, "input": "x" * 4096}),
        ("whisper-1", {"response_format": "srt", "timestamp_granularities": ("word", "segment")}),
        ("whisper-1", {"file": big("note.OGG", 26_214_400)}),
        ("whisper-1", {"file": big("note", None)}),
        ("text-embedding-3-large", {"dimensions": 256, "input": ("x",) * 2048}),
        ("gpt-4o", {"temperature": 2, "stop": ("a",) * 4, "response_format": {"type": "text"}}),
        ("gpt-4o", {"temperature": None, "logit_bias": {"50256": -100}}),
        ("somebodys-model", {"temperature": 9, "size": "1x1", "voice": "her", "n": 10**9}),
    ],
)
def test_what_a_model_takes_goes_through(id_, fields):
    ask(id_, **fields)


@pytest.mark.parametrize(
    ("id_", "fields", "allowed"),
    [
        ("dall-e-3", {"size": "512x512"}, "1024x1024, 1792x1024 and 1024x1792"),
        ("dall-e-3", {"n": 2}, "n is 1 with dall-e-3, and 2 is not."),
        ("dall-e-3", {"quality": "low"}, "standard and hd"),
        ("dall-e-3", {"prompt": "x" * 4001}, "4,001 characters, and dall-e-3 takes at most 4,000"),
        ("dall-e-2", {"style": "vivid"}, "dall-e-2 takes no style."),
        ("dall-e-2", {"image": (big("a.png", 1), big("b.png", 1))}, "at most 1."),
        ("gpt-image-2", {"size": "1000x1000"}, "or any width x height that 16 divides"),
        ("gpt-image-2", {"size": "1600x512"}, "3 to 1"),
        ("gpt-image-2", {"size": "3840x3840"}, "3840x2160"),
        ("gpt-image-2", {"size": "0x0"}, "auto"),
        ("gpt-image-2", {"partial_images": 4}, "0 to 3"),
        ("gpt-image-2", {"image": (big("a.gif", 1),)}, "png, webp, jpg and jpeg"),
        ("tts-1", {"voice": "marin"}, "shimmer"),
        ("tts-1", {"speed": 5.0}, "speed is 0.25 to 4 with tts-1, and 5 is not."),
        ("tts-1", {"input": "x" * 4097}, "4,096"),
        ("tts-1", {"instructions": "Whisper."}, "tts-1 takes no instructions."),
        ("gpt-4o-transcribe", {"response_format": "srt"}, "json"),
        ("whisper-1", {"file": big("a.txt", 1)}, "flac, m4a"),
        ("whisper-1", {"file": big("a.mp3", 27_262_976)}, "26 MB, and whisper-1 takes files of"),
        ("text-embedding-ada-002", {"dimensions": 256}, "takes no dimensions"),
        ("text-embedding-3-small", {"dimensions": 1537}, "1 to 1536"),
        ("text-embedding-3-small", {"input": ("x",) * 2049}, "2,048"),
        ("gpt-4o", {"temperature": 2.1}, "0 to 2"),
        ("gpt-4o", {"temperature": float("nan")}, "0 to 2"),
        ("gpt-4o", {"logit_bias": {"1": 101}}, "-100 to 100"),
        ("gpt-4o", {"stop": ("a",) * 5}, "at most 4"),
        ("gpt-3.5-turbo", {"response_format": {"type": "json_schema"}}, "text and json_object"),
        ("gpt-3.5-turbo", {"parts": ("text", "image_url")}, "text."),
        ("gpt-5", {"reasoning_effort": "most"}, "xhigh and max"),
    ],
)
def test_what_it_does_not_take_is_told_with_what_is_allowed(id_, fields, allowed):
    with pytest.raises(WrongValue) as caught:
        ask(id_, **fields)
    assert allowed in caught.value.sentence
    assert id_ in caught.value.sentence


def test_a_model_that_an_endpoint_does_not_have_is_told_with_those_that_it_has():
    with pytest.raises(WrongValue) as caught:
        ask("gpt-transcribe", "audio/translations")
    assert "whisper-1" in caught.value.sentence


def test_of_many_models_only_some_are_named():
    with pytest.raises(WrongValue) as caught:
        ask("computer-use-preview", "chat/completions")
    assert "gpt-6-luna" in caught.value.sentence
    assert "and others." in caught.value.sentence
    assert len(caught.value.sentence) < 250


def test_what_can_be_tuned_and_how_is_known():
    for id_, method in (("gpt-4o-mini-2024-07-18", "dpo"), ("somebodys-model", "lora")):
        check_tunable(SHIPPED, SHIPPED.model(id_), method)
    with pytest.raises(WrongValue, match="gpt-4o-mini"):
        check_tunable(SHIPPED, SHIPPED.model("gpt-5"), "supervised")
    with pytest.raises(WrongValue, match="supervised and dpo"):
        check_tunable(SHIPPED, SHIPPED.model("gpt-4o"), "reinforcement")


@given(st.integers(0, 6000), st.integers(0, 6000))
def test_any_size_is_taken_by_the_rule_alone(width, height):
    size = f"{width}x{height}"
    rule = (
        width % 16 == height % 16 == 0
        and 0 < max(width, height) <= 3 * min(width, height)
        and max(width, height) <= 3840
        and min(width, height) <= 2160
    )
    try:
        ask("gpt-image-2", size=size)
    except WrongValue:
        assert not rule
    else:
        assert rule


@given(st.text(), st.text())
def test_any_text_is_taken_or_refused(size, voice):
    for id_, fields in (("gpt-image-2", {"size": size}), ("tts-1", {"voice": voice})):
        with suppress(WrongValue):
            ask(id_, **fields)
