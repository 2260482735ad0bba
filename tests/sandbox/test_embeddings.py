"""Embeddings, judged by the official client."""

import openai
import pytest

from tests.sandbox.sentences import RELATED

MODEL = "text-embedding-3-small"


async def embed(twin, texts, **options):
    options = {"model": MODEL, "encoding_format": "float", **options}
    made = await twin.client.embeddings.create(input=texts, **options)
    assert [one.index for one in made.data] == list(range(len(made.data)))
    return [one.embedding for one in made.data]


def cosine(a, b) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("model", ["wordllama-256", MODEL])
async def test_related_sentences_are_nearer_than_unrelated_ones(twin, model):
    texts = [text for triple in RELATED for text in triple]
    vectors = await embed(twin, texts, model=model)
    for n in range(0, len(vectors), 3):
        same, other = cosine(*vectors[n : n + 2]), cosine(vectors[n], vectors[n + 2])
        assert same > other, texts[n]


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("wordllama-256", 256),
        (MODEL, 1536),
        ("text-embedding-3-large", 3072),
        ("text-embedding-ada-002", 1536),
    ],
)
async def test_vectors_are_as_long_as_the_model_s_and_of_length_one(twin, model, size):
    (vector,) = await embed(twin, "A fox.", model=model)
    assert len(vector) == size
    assert cosine(vector, vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("size", [1, 64, 256, 700])
async def test_dimensions_are_cut_or_filled_and_stay_of_length_one(twin, size):
    whole, cut = await embed(twin, "A fox."), await embed(twin, "A fox.", dimensions=size)
    assert len(cut[0]) == size
    assert cosine(cut[0], cut[0]) == pytest.approx(1, abs=1e-5)
    if size >= 256:
        assert cut[0][:256] == pytest.approx(whole[0][:256], abs=1e-6)


async def test_base64_carries_the_same_numbers(twin):
    plain = await embed(twin, "A fox.")
    packed = await twin.client.embeddings.create(model=MODEL, input="A fox.")  # the client's choice
    assert packed.data[0].embedding == pytest.approx(plain[0], abs=1e-7)


async def test_a_text_has_the_same_vector_alone_and_among_others(twin):
    assert (await embed(twin, ["One.", "A fox."]))[1] == pytest.approx((await embed(twin, "A fox."))[0], abs=1e-6)  # fmt: skip  # noqa: E501


async def test_usage_counts_the_tokens_of_all_texts_and_the_book_knows_their_price(twin):
    made = await twin.client.embeddings.create(model=MODEL, input=["A fox."] * 1000, user="ada")
    alone = await twin.client.embeddings.create(model=MODEL, input="A fox.", user="bob")
    assert made.usage.total_tokens == made.usage.prompt_tokens == 1000 * alone.usage.prompt_tokens
    rows = {row["user"]: row for row in (await twin.usage())["rows"]}
    assert rows["ada"]["input"] == made.usage.prompt_tokens
    assert float(rows["ada"]["cost_usd"]) == pytest.approx(made.usage.prompt_tokens * 0.02e-6)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "word " * 9000}, "input"),
        ({"input": ["word " * 8000] * 40}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 1537}, "dimensions"),
        ({"model": "text-embedding-ada-002", "dimensions": 256}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"shape": "round"}, "shape"),
    ],
)
async def test_what_cannot_be_embedded_is_named(twin, wrong, param):
    body = {"model": MODEL, "input": "A fox.", **wrong}
    with pytest.raises(openai.BadRequestError) as caught:
        await twin.client.post("/embeddings", body=body, cast_to=object)
    assert caught.value.param == param


async def test_a_model_of_another_kind_does_not_embed(twin):
    with pytest.raises(openai.NotFoundError) as caught:
        await twin.client.embeddings.create(model="gpt-4o", input="A fox.")
    assert caught.value.code == "model_not_found"
