"""What people write of parameters, whatever it is, and what is wrong with an answer in JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.json_answers import trouble
from bot.conversation.parameters import PARAMETERS, fields, read
from bot.errors import Refused
from bot.openai import catalogue
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.chat_parameters import parameters
from bot.openai.chat_tools import json_schema

SHIPPED = catalogue.load()
MODELS = [SHIPPED.model(id_) for id_ in ("gpt-4o-mini", "gpt-5.5", "gpt-4-turbo", "nobody-knows")]
values = st.one_of(
    st.text(max_size=30), st.integers().map(str), st.floats().map(str),
    st.dictionaries(st.text(max_size=5), st.floats(-100, 100)).map(json.dumps),
)  # fmt: skip
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
words = st.sampled_from(["type", "enum", "required", "properties", "items", "object", "a"])
schemas = st.dictionaries(words, st.recursive(
    trees | words, lambda inner: st.dictionaries(words, inner) | st.lists(inner), max_leaves=6,
))  # fmt: skip


@given(st.sampled_from(sorted(PARAMETERS)), st.sampled_from(MODELS), values)
def test_whatever_is_written_is_taken_or_refused(name, model, text):
    with suppress(Refused):
        read(SHIPPED, model, name, text)


@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), values), st.sampled_from(MODELS))
def test_what_is_left_out_is_said_and_the_rest_can_be_sent(chosen, model):
    found, sentences = fields(SHIPPED, model, chosen)
    asked = [name for name in chosen if PARAMETERS[name].field]
    as_text = chosen.get("format") == "text"
    assert len(found) - ("logprobs" in found) + len(sentences) == len(asked)
    request = ChatRequest(model=model.id, messages=[ChatMessage("user", "hi")], **found)
    sent = parameters(request, model)
    renamed = {"max_output_tokens": model.renames.get("max_tokens", "max_tokens")}
    assert {renamed.get(name, name) for name in found if found[name] is not None} <= set(sent)
    assert as_text <= (found.get("response_format") is None)


@given(trees, schemas)
def test_no_schema_is_too_odd_to_be_looked_at(value, schema):
    assert isinstance(trouble(json.dumps(value), json_schema("answer", schema)), str)


@pytest.mark.parametrize(
    ("text", "schema", "wrong"),
    [
        ("1", {"type": "integer"}, ""),
        ("true", {"type": "integer"}, "the answer should be of type integer"),
        ("null", {"type": ["string", "null"]}, ""),
        ("1", {"type": ["string", "null"]}, "the answer should be string or null"),
        ('["a"]', {"items": {"enum": ["b"]}}, "entry 1 of the answer is none of the values"),
        ('{"a": {}}', {"properties": {"a": {"required": ["b"]}}}, "`b` is missing in `a`"),
    ],
)
def test_the_basics_of_a_schema_are_held(text, schema, wrong):
    said = trouble(text, json_schema("answer", schema))
    assert wrong in said
    assert bool(said) is bool(wrong)


def test_what_is_nested_too_deeply_is_said_to_be():
    assert "too deeply" in trouble("[" * 100_000, {"type": "json_object"})
    deep = schema = {}
    for _ in range(900):
        schema["items"] = schema = {}
    nested = "[" * 900 + "]" * 900
    assert isinstance(trouble(nested, json_schema("answer", deep)), str)
