"""Whatever comes in is a request, or refused with a status below 500."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.chat_request import ChatRequest, chat_request
from sandbox.embeddings import EmbeddingRequest
from sandbox.errors import APIError
from sandbox.fine_tuning import JobRequest
from sandbox.ids import new
from sandbox.image_request import ImageRequest, check
from sandbox.moderations import ModerationRequest
from sandbox.requests import Form, decode
from sandbox.speech import SpeechRequest

SHORT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | SHORT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "wizard"])},
        optional={"content": JSON, "tool_calls": JSON, "name": JSON},
    ),
    max_size=3,
)
NAMES = st.sampled_from(["gpt-4o", "gpt-6-luna", "dall-e-2", "dall-e-3", "gpt-image-2", "tts-1"])


few = settings(max_examples=30)  # these requests are large


def refused_at_most(work, *arguments) -> None:
    refusals = []
    try:
        work(*arguments)
    except APIError as error:
        refusals.append(error)
    assert all(400 <= error.status < 500 and str(error) for error in refusals)


@few
@given(
    st.fixed_dictionaries(
        {"model": NAMES, "messages": MESSAGES | JSON},
        optional=dict.fromkeys(set(ChatRequest.__struct_fields__) - {"model", "messages"}, JSON),
    )
)
def test_chat(body):
    refused_at_most(chat_request, json.dumps(body).encode(), "own", 4096)


@few
@given(
    st.fixed_dictionaries(
        {"model": NAMES, "prompt": st.text(max_size=5)},
        optional=dict.fromkeys(set(ImageRequest.__struct_fields__) - {"prompt", "model"}, JSON)
        | {"size": st.from_regex(r"\d{1,5}x\d{1,5}|auto", fullmatch=True)},
    )
)
def test_images(body):
    def work():
        request = decode(json.dumps(body).encode(), ImageRequest)
        check(request)
        assert all(side > 0 for side in request.pixels)
        assert request.is_dalle or request.tokens >= 0

    refused_at_most(work)


@pytest.mark.parametrize("kind", [EmbeddingRequest, SpeechRequest, ModerationRequest, JobRequest])
@few
@given(
    JSON | st.dictionaries(st.sampled_from(["model", "input", "voice", "method", "suffix"]), JSON)
)
def test_others(kind, body):
    refused_at_most(decode, json.dumps(body).encode(), kind)


@given(st.binary(max_size=50))
def test_bytes(body):
    refused_at_most(decode, body, EmbeddingRequest)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,3}(\[[a-z]{0,2}\]?)?", fullmatch=True), st.text(max_size=3)
        )
    )
)
def test_fields_of_a_form(fields):
    form = Form()
    for name, value in fields:
        refused_at_most(form.add, name, value)


def test_ids_are_in_the_order_they_were_made_in():
    made = [new("file-") for _ in range(100)]
    assert made == sorted(made)
    assert {len(name) for name in made} == {29}
