"""What was embedded or judged before is not asked for again, over a real database."""

from array import array

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.openai.chat_parts import PicturePart, TextPart
from bot.openai.embeddings import EmbeddingRequest, Vectors
from bot.openai.errors import ServerFailed
from bot.openai.moderations import Moderation, ModerationRequest, Verdict
from bot.openai.usage import Usage
from bot.spending import cached
from bot.storage.cache import Cache
from bot.storage.database import open_database


@pytest.fixture
async def database(tmp_path):
    database = await open_database(tmp_path / "parley.db")
    yield database
    await database.close()


@pytest.fixture
def cache(database):
    return Cache(database)


class Provider:
    """Embeds a text as its length, and flags what has “hurt” in it."""

    def __init__(self, *, usage=True):
        self.asked = []
        self.usage = usage
        self.fails = 0  # from this request on

    async def embed(self, request):
        if self.fails and len(self.asked) + 1 >= self.fails:
            raise ServerFailed("500")
        self.asked.append(request.input)
        texts = [request.input] if isinstance(request.input, str) else request.input
        vectors = [array("f", [len(text), 0.5]) for text in texts]
        return Vectors(vectors, Usage(len(texts)) if self.usage else None, "told")

    async def judge(self, request):
        self.asked.append(request.input)
        inputs = request.input if request.many else [request.input]
        return Moderation([_verdict(one) for one in inputs], "told")


def _verdict(given):
    hurt = "hurt" in str(given)
    return Verdict(hurt, {"violence": hurt, "illicit": None}, {"violence": 0.9 if hurt else 0.1},
                   {"violence": ["text"]})  # fmt: skip


@pytest.fixture
def provider():
    return Provider()


async def embedded(cache, provider, *texts, at="https://a/v1", **facts):
    facts = {"model": "m", "input": texts} | facts
    return await cached.embed(cache, at, EmbeddingRequest(**facts), provider.embed)


def numbers(vectors):
    return [list(vector) for vector in vectors.vectors]


async def test_only_what_is_not_known_is_asked_for_and_each_text_once(cache, provider):
    await embedded(cache, provider, "one", "three")
    answer = await embedded(cache, provider, "three", "four", "one", "four", "seven", user="b")
    assert provider.asked == [("one", "three"), ("four", "seven")]
    assert numbers(answer) == [[5, 0.5], [4, 0.5], [3, 0.5], [4, 0.5], [5, 0.5]]
    assert (answer.usage, answer.model) == (Usage(2), "told")


async def test_what_is_all_known_costs_nothing(cache, provider):
    await embedded(cache, provider, input="one")
    answer = await embedded(cache, provider, "one", "one")
    assert provider.asked == ["one"]
    assert (numbers(answer), answer.usage) == ([[3, 0.5]] * 2, Usage())


@pytest.mark.parametrize(
    "other",
    [{"model": "n"}, {"at": "https://b/v1"}, {"dimensions": 2}, {"extra": {"task": "query"}}],
)
async def test_another_model_provider_or_parameter_is_another_question(cache, provider, other):
    await embedded(cache, provider, "one")
    await embedded(cache, provider, "one", **other)
    assert len(provider.asked) == 2


async def test_a_long_list_goes_in_parts_that_the_api_takes(cache, provider):
    many = [str(number) for number in range(5000)]
    long = [f"{number}{'x' * 99_999}" for number in range(4)]
    answer = await embedded(cache, provider, *many, *long, "y" * 400_000)
    sizes = [len(part) for part in provider.asked]
    assert sizes[:2] == [cached.TOGETHER] * 2
    assert all(sum(map(len, part)) <= cached.TOKENS or len(part) == 1 for part in provider.asked)
    assert [vector[0] for vector in answer.vectors] == [len(t) for t in (*many, *long)] + [400_000]
    assert answer.usage == Usage(5005)


async def test_what_came_before_a_failure_is_not_asked_for_again(cache, provider):
    texts = [str(number) for number in range(cached.TOGETHER + 1)]
    provider.fails = 2
    with pytest.raises(ServerFailed):
        await embedded(cache, provider, *texts)
    provider.fails = 0
    await embedded(cache, provider, *texts)
    assert [len(part) for part in provider.asked] == [cached.TOGETHER, 1]


async def test_a_usage_that_is_not_told_is_unknown_and_not_zero(cache):
    assert (await embedded(cache, Provider(usage=False), "one")).usage is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=4))
async def test_whatever_is_asked_the_answers_are_those_of_the_provider(tmp_path, requests):
    database = await open_database(tmp_path / "wild.db")
    try:
        provider = Provider()
        for texts in requests:
            answer = await embedded(Cache(database), provider, *texts)
            assert numbers(answer) == [[len(text), 0.5] for text in texts]
        asked = [text.encode(errors="replace") for part in provider.asked for text in part]
        assert len(asked) <= len({text for texts in requests for text in texts})
    finally:
        await database.close()
        for file in tmp_path.glob("wild.db*"):
            file.unlink()


async def test_no_text_is_in_the_database(cache, provider, database, tmp_path):
    await embedded(cache, provider, "a secret text")
    await judged(cache, provider, ("to hurt a secret",))
    await database.close()
    assert b"secret" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


async def judged(cache, provider, given, model="m"):
    request = ModerationRequest(model=model, input=given, user="ada")
    return await cached.moderate(cache, "https://a/v1", request, provider.judge)


async def test_verdicts_of_texts_are_kept_one_by_one(cache, provider):
    first = await judged(cache, provider, ("hello", "to hurt"))
    again = await judged(cache, provider, ("to hurt", "bye", "hello", "bye"))
    assert provider.asked == [("hello", "to hurt"), ("bye",)]
    assert [verdict.flagged for verdict in again.results] == [True, False, False, False]
    assert again.results[0] == first.results[1]
    alone = await judged(cache, provider, "to hurt")
    assert alone.results == [first.results[1]]
    assert len(provider.asked) == 2


async def test_parts_are_judged_and_kept_together(cache, provider):
    parts = (TextPart("to hurt"), PicturePart.of(b"png", "image/png"))
    for _ in range(2):
        assert (await judged(cache, provider, parts)).results[0].flagged
    assert provider.asked == [parts]
    await judged(cache, provider, (parts[0],))
    assert len(provider.asked) == 2


async def test_a_picture_at_an_address_is_looked_at_each_time(cache, provider):
    for _ in range(2):
        await judged(cache, provider, (PicturePart.at("https://example.com/a.png"),))
    assert len(provider.asked) == 2


async def test_without_a_cache_everything_is_asked(database, provider):
    off = Cache(database, 0)
    for _ in range(2):
        await embedded(off, provider, "one", "one")
        await judged(off, provider, "hello")
    assert provider.asked == [("one",), "hello"] * 2
