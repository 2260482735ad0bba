import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openai import catalogue, errors
from bot.openai.catalogue_check import WrongValue
from bot.openai.embeddings import EmbeddingRequest, Embeddings, _vector
from bot.openai.meter import Free
from tests.fakes.openai import Fault
from tests.fakes.openai_texts import vector


@pytest.fixture
def embeddings(transport):
    return Embeddings(transport, catalogue.load())


def ask(*texts, **facts):
    facts.setdefault("model", "text-embedding-3-small")
    return EmbeddingRequest(input=texts, **facts)


async def test_one_text_has_one_vector(fake, embeddings):
    request = EmbeddingRequest(model="text-embedding-3-small", input="a fox", user="abc")
    answer = await embeddings.create(request, Free())
    assert list(answer.vectors[0]) == vector("a fox")
    assert answer.usage.prompt == 2
    assert fake.calls[0].body == {
        "model": "text-embedding-3-small", "input": "a fox", "encoding_format": "base64",
        "user": "abc",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_many_texts_have_their_vectors_in_their_order(embeddings, encoding):
    answer = await embeddings.create(ask("one", "two", "three", encoding_format=encoding), Free())
    assert [list(found) for found in answer.vectors] == [vector(t) for t in ("one", "two", "three")]


async def test_fewer_dimensions_can_be_asked_for(fake, embeddings):
    answer = await embeddings.create(ask("a", dimensions=256), Free())
    assert len(answer.vectors[0]) == 256


async def test_a_server_that_knows_no_base64_is_asked_without(fake, embeddings):
    fake.refuses = {"encoding_format"}
    answer = await embeddings.create(ask("a", model="nomic"), Free())
    assert list(answer.vectors[0]) == vector("a")


async def test_a_text_that_is_too_long_is_named_before_it_is_sent(fake, embeddings):
    with pytest.raises(WrongValue, match=r"Text 2 of 2 has 8,200 tokens.*8,192"):
        await embeddings.create(ask("a", " the" * 8200), Free())
    await embeddings.create(ask(" the" * 8192), Free())
    assert len(fake.calls) == 1


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"index": 1, "embedding": [0.1]}],
        [{"index": 0, "embedding": "§"}],
        [{"index": 0, "embedding": "AAAA"}],
        [{"index": 0}],
    ],
)
async def test_vectors_that_are_none_are_malformed(fake, embeddings, data):
    fake.faults.append(Fault(200, body=json.dumps({"data": data})))
    with pytest.raises(errors.Malformed):
        await embeddings.create(ask("a"), Free())


async def test_an_error_with_status_200_is_that_error(fake, embeddings):
    error = {"message": "no credit", "code": "insufficient_quota"}
    fake.faults.append(Fault(200, body=json.dumps({"error": error})))
    with pytest.raises(errors.QuotaSpent):
        await embeddings.create(ask("a"), Free())


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_floats_and_their_base64_are_the_same_vector(numbers):
    import base64  # noqa: PLC0415

    packed = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
    assert list(_vector(packed)) == list(_vector(numbers)) == numbers
