"""/estimate, against the prices and examples in the reference's “Cost Considerations”."""

import json
from decimal import Decimal

import pytest

from bot.errors import Refused
from bot.events import Attachment, Invocation
from bot.run import Run
from bot.screen import Screen
from tests.handlers.desk import ADA, PLACE, desk
from tests.handlers.recordings import counting, opened

_MILLION = {"tokens_in": 1_000_000, "tokens_out": 0}
_ANSWER = {"tokens_in": 0, "tokens_out": 1_000_000}
TABLES = [  # what is asked, and dollars
    # Chat completions, per 1M tokens
    ({"model": "gpt-4o", **_MILLION}, "2.50"),
    ({"model": "gpt-4o", **_ANSWER}, "10.00"),
    ({"model": "gpt-4o-mini", **_MILLION}, "0.15"),
    ({"model": "gpt-4o-mini", **_ANSWER}, "0.60"),
    ({"model": "gpt-4-turbo", **_MILLION}, "10.00"),
    ({"model": "gpt-4-turbo", **_ANSWER}, "30.00"),
    ({"model": "gpt-3.5-turbo", **_MILLION}, "0.50"),
    ({"model": "gpt-3.5-turbo", **_ANSWER}, "1.50"),
    # Batch API
    ({"model": "gpt-4o", "batch": True, **_MILLION}, "1.25"),
    ({"model": "gpt-4o", "batch": True, **_ANSWER}, "5.00"),
    ({"model": "gpt-4o-mini", "batch": True, **_MILLION}, "0.075"),
    ({"model": "gpt-4o-mini", "batch": True, **_ANSWER}, "0.30"),
    # Embeddings, per 1M tokens
    ({"model": "text-embedding-3-large", "tokens_in": 1_000_000}, "0.13"),
    ({"model": "text-embedding-3-small", "tokens_in": 1_000_000}, "0.02"),
    ({"model": "text-embedding-ada-002", "tokens_in": 1_000_000}, "0.10"),
    # Images
    ({"model": "dall-e-3", "pictures": 1, "size": "1024x1024", "quality": "standard"}, "0.040"),
    ({"model": "dall-e-3", "pictures": 1, "size": "1024x1792", "quality": "standard"}, "0.080"),
    ({"model": "dall-e-3", "pictures": 1, "size": "1792x1024", "quality": "standard"}, "0.080"),
    ({"model": "dall-e-3", "pictures": 1, "size": "1024x1024", "quality": "hd"}, "0.080"),
    ({"model": "dall-e-3", "pictures": 1, "size": "1024x1792", "quality": "hd"}, "0.160"),
    ({"model": "dall-e-2", "pictures": 1, "size": "1024x1024"}, "0.020"),
    ({"model": "dall-e-2", "pictures": 1, "size": "512x512"}, "0.018"),
    ({"model": "dall-e-2", "pictures": 1, "size": "256x256"}, "0.016"),
    # Speech, per 1M characters, and recordings, per minute
    ({"model": "tts-1", "characters": 1_000_000}, "15.00"),
    ({"model": "tts-1-hd", "characters": 1_000_000}, "30.00"),
    ({"model": "whisper-1", "minutes": 1.0}, "0.006"),
    # Fine-tuning: training, then use, per 1M tokens
    ({"model": "gpt-4o-mini", "tokens_in": 1_000_000, "epochs": 1, "capability": "fine_tuning"},
     "3.00"),
    ({"model": "gpt-3.5-turbo", "tokens_in": 1_000_000, "epochs": 1, "capability": "fine_tuning"},
     "8.00"),
    ({"model": "ft:gpt-4o-mini-2024-07-18:acme::1", **_MILLION}, "0.30"),
    ({"model": "ft:gpt-4o-mini-2024-07-18:acme::1", **_ANSWER}, "1.20"),
    ({"model": "ft:gpt-3.5-turbo-0125:acme::1", **_MILLION}, "3.00"),
    ({"model": "ft:gpt-3.5-turbo-0125:acme::1", **_ANSWER}, "6.00"),
]  # fmt: skip
EXAMPLES = [  # for all of its times
    ({"model": "gpt-4o-mini", "tokens_in": 100, "tokens_out": 200, "times": 10_000}, "1.35"),
    ({"model": "text-embedding-3-small", "tokens_in": 500, "times": 1_000}, "0.01"),
    ({"model": "dall-e-3", "pictures": 1, "size": "1024x1024", "times": 100}, "4.00"),
]  # fmt: skip


async def estimated(desk, content=None, name="", media_type="", **values):
    if content is not None:
        values["file"] = Attachment("r1", name, media_type, len(content))
    event = Invocation(id="i", place=PLACE, author=ADA, at=1.0, command="estimate", values=values)
    run = Run(event, "delivery")
    run.open = opened({"r1": content})
    screen = Screen()
    async for part in desk.reply(run):
        screen.show(part)
    return screen.text


def dollars(line):
    return Decimal(line.rpartition("$")[2].replace(",", ""))


async def test_every_price_of_the_reference_comes_out_to_the_cent(tmp_path):
    async with desk(tmp_path) as it:
        for values, price in TABLES:
            lines = (await estimated(it, **values)).splitlines()
            assert dollars(lines[2]) == Decimal(price), values


async def test_its_three_worked_examples_come_out_to_the_cent(tmp_path):
    async with desk(tmp_path) as it:
        for values, price in EXAMPLES:
            lines = (await estimated(it, **values)).splitlines()
            assert lines[3].startswith(f"- {values['times']:,} times: ")
            assert dollars(lines[3]) == Decimal(price), values


async def test_the_answer_is_a_list_for_once_and_for_all_times(tmp_path):
    async with desk(tmp_path) as it:
        text = await estimated(it, **EXAMPLES[0][0])
    assert text == (
        "**What it would cost**\n"
        "- chat by `gpt-4o-mini`: 100 tokens in, 200 tokens out\n"
        "- once: $0.000135\n"
        "- 10,000 times: $1.35\n"
        "In a batch, answered within a day, it costs half."
    )


async def test_a_text_is_counted_and_its_answer_is_the_longest(tmp_path):
    async with desk(tmp_path) as it:
        text = await estimated(it, text="What is the meaning of life?")
    assert "- chat by `gpt-4o-mini`: 7 tokens in, 4,096 tokens out" in text
    assert "the longest that Parley asks for, 4,096 tokens" in text


async def test_a_file_of_text_is_counted(tmp_path):
    async with desk(tmp_path) as it:
        text = await estimated(it, b"word " * 1_000, "a.txt", tokens_out=100)
    assert "1,000 tokens in, 100 tokens out" in text


async def test_a_recording_is_measured(tmp_path):
    content = counting(tmp_path / "talk.wav", numbers=6, seconds=15.0)
    async with desk(tmp_path) as it:
        text = await estimated(it, content, "talk.wav", "audio/wav", model="whisper-1", times=10)
    assert "- transcription by `whisper-1`: 1:30 minutes" in text
    assert "- once: $0.009\n- 10 times: $0.09" in text


async def test_a_batch_costs_half_of_each_of_its_lines(tmp_path):
    def line(number, **body):
        return json.dumps({"custom_id": str(number), "method": "POST",
                           "url": "/v1/chat/completions", "body": body})  # fmt: skip

    asked = [{"role": "user", "content": "hello"}]
    content = "\n".join([
        line(1, model="gpt-4o-mini", messages=asked, max_tokens=1_000),
        line(2, model="gpt-4o-mini", messages=asked, max_completion_tokens=500, n=2),
        "",
        line(3, model="gpt-4o", messages=[{"role": "user", "content": [
            {"type": "text", "text": "hello"}]}]),
    ]).encode()  # fmt: skip
    async with desk(tmp_path) as it:
        text = await estimated(it, content, "batch.jsonl")
    assert "- chat by `gpt-4o-mini` in a batch: 2 requests, 14 tokens in, 2,000 tokens out" in text
    assert "- chat by `gpt-4o` in a batch: 7 tokens in, 4,096 tokens out" in text
    whole = (14 * 150 + 2_000 * 600) / 2 + (7 * 2_500 + 4_096 * 10_000) / 2
    assert abs(dollars(text.splitlines()[3]) - Decimal(whole / 1e9)) < Decimal("0.000002")


async def test_a_training_file_costs_by_its_epochs(tmp_path):
    messages = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "world"}]
    pair = {"input": {"messages": messages[:1]}, "preferred_output": messages[1:],
            "non_preferred_output": messages[1:]}  # fmt: skip
    content = "\n".join(map(json.dumps, [{"messages": messages}, pair])).encode()
    async with desk(tmp_path) as it:
        text = await estimated(it, content, "train.jsonl", epochs=5)
    assert "- fine tuning by `gpt-4o-mini-2024-07-18`: 100 tokens trained on" in text
    assert "- once: $0.0003" in text


async def test_an_unknown_price_is_said_and_is_no_zero(tmp_path):
    async with desk(tmp_path) as it:
        text = await estimated(it, model="new-model", tokens_in=5, tokens_out=5, times=2)
    assert text.count("price not known") == 2
    assert "The price of `new-model` is not known here." in text
    assert "$" not in text


async def test_what_is_free_is_free(tmp_path):
    async with desk(tmp_path) as it:
        text = await estimated(it, capability="moderation", text="hello")
    assert "- once: $0.00" in text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"\xff\xfe\0", "a.bin", "is no text in UTF-8"),
        (b"", "a.jsonl", "is empty"),
        (b'{"body": {}}', "a.jsonl", "Line 1 of “a.jsonl” has no `body`"),
        (b'{"custom_id": "1"}', "a.jsonl", "neither for a batch"),
        (b'{"messages": []}\nnonsense', "a.jsonl", "Line 2 of “a.jsonl” is no JSON object"),
        (b'{"messages": []}\n' + b"[" * 100_000, "a.jsonl", "Line 2 of “a.jsonl”"),
    ],
)
async def test_a_file_that_cannot_be_meant_is_refused_with_its_line(
    tmp_path, content, name, sentence
):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused) as refused:
            await estimated(it, content, name)
    assert sentence in refused.value.sentence


async def test_without_anything_it_says_how_to_ask(tmp_path):
    async with desk(tmp_path) as it:
        with pytest.raises(Refused, match="Say what to estimate"):
            await estimated(it)


async def test_nothing_is_asked_of_the_provider(tmp_path):
    async with desk(tmp_path) as it:
        await estimated(it, text="hello")
        assert not it.openai.calls
