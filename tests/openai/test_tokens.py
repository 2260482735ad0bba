import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.openai.chat import ChatMessage
from bot.openai.chat_parts import FilePart, PicturePart, SoundPart, TextPart
from bot.openai.chat_tools import ToolCall, _Function

O200K = Model(id="o", encoding="o200k_base")
CL100K = Model(id="c", encoding="cl100k_base")
UNKNOWN = Model(id="u")


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),  # as tiktoken counts them
    [("", 0, 0), ("hello world", 2, 2), ("antidisestablishmentarianism", 6, 6), ("你好", 1, 2)],
)
def test_known_models_are_counted_by_their_tokenizer(text, o200k, cl100k):
    assert tokens.count(O200K, text) == o200k
    assert tokens.count(CL100K, text) == cl100k


@pytest.mark.parametrize(
    ("text", "most"), [("", 0), ("abcd", 1), ("abcde", 2), ("你好", 3), ("é", 1)]
)
def test_unknown_models_are_estimated(text, most):
    assert tokens.count(UNKNOWN, text) == most


def test_a_prompt_costs_more_than_its_words():
    messages = [ChatMessage("system", "hello world"), ChatMessage("user", "hello world")]
    assert tokens.prompt(O200K, messages) == 2 + 2 + 3 + 3 + 3


def test_pictures_files_and_sound_are_estimated_and_not_free():
    def cost(*parts):
        return tokens.prompt(O200K, [ChatMessage("user", parts)]) - 6

    assert cost(TextPart("hello world")) == 2
    assert cost(PicturePart.of(b"png", "image/png")) == O200K.picture
    assert 85 <= cost(PicturePart.at("https://example.com/a.png", "low")) < O200K.picture
    assert 30_000 < cost(FilePart.of("a.pdf", b"x" * 10**6, "application/pdf")) < 40_000
    assert cost(FilePart.uploaded("file-1")) > 0
    assert 1_200 < cost(SoundPart.of(b"x" * 10**6, "mp3")) < 1_300


def test_calls_of_tools_are_part_of_a_prompt():
    call = ToolCall("call_1", function=_Function("get_weather", '{"location": "Boston"}'))
    said = [ChatMessage("assistant", None, tool_calls=(call,))]
    assert tokens.prompt(O200K, said) > 10


@pytest.mark.parametrize("text", ["a", " ", "\0", "\n", "ab", "中", "\ud800", "é ", "😀"])
def test_a_hundred_thousand_of_anything_are_counted_at_once(text):
    tokens.count(O200K, "warm")
    start = time.process_time()
    tokens.count(O200K, text * (100_000 // len(text)))
    assert time.process_time() - start < 0.2


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_has_a_count(text):
    for model in (O200K, CL100K, UNKNOWN):
        assert 0 <= tokens.count(model, text) <= 4 * len(text)
