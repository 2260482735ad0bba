"""The input of a batch as people bring it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.batching.bills import bills, range_of
from bot.desk.jsonl import batch
from bot.desk.jsonl.batch import check_batch
from bot.openai import catalogue
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.images import ImageRequest
from bot.settings import Settings
from bot.spending.bills import Bills

CATALOGUE = catalogue.load()
CHAT, EMBED = "/v1/chat/completions", "/v1/embeddings"
SAID = [{"role": "user", "content": "Hello!"}]


def line(id_, *, url=CHAT, method="POST", **body):
    body = {"model": "gpt-4o-mini", "messages": SAID, "max_tokens": 100} | body
    return {"custom_id": id_, "method": method, "url": url, "body": body}


def embedding(id_, **body):
    body = {"model": "text-embedding-3-small", "input": "Hello!"} | body
    return {"custom_id": id_, "method": "POST", "url": EMBED, "body": body}


async def report(tmp_path, lines, endpoint=None):
    path = tmp_path / "input.jsonl"
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("\n".join(texts))
    return await check_batch(path, endpoint, CATALOGUE)


async def problems(tmp_path, lines, endpoint=None):
    found = await report(tmp_path, lines, endpoint)
    return [(one.line, one.reason) for one in found.problems]


async def test_what_is_good_is_counted(tmp_path):
    found = await report(tmp_path, [line(f"a{n}") for n in range(7)])
    assert (found.lines, found.requests, found.problems) == (7, 7, ())
    assert (found.endpoint, found.model, found.most) == (CHAT, "gpt-4o-mini", 700)


async def test_it_costs_half_of_what_its_calls_cost_one_by_one(tmp_path):
    found = await report(tmp_path, [line(f"a{n}") for n in range(1_000)])
    single = Bills(CATALOGUE)
    request = ChatRequest(model="gpt-4o-mini", messages=[ChatMessage("user", "Hello!")],
                          max_output_tokens=100)  # fmt: skip
    each = single.chat(request)
    ours = single.batch(found.model, bills(found, CATALOGUE)).quote
    theirs = single.batch(found.model, [each] * 1_000).quote
    assert ours.tokens_in == theirs.tokens_in
    assert ours.fixed == pytest.approx(theirs.fixed, rel=0.02)  # rounded once, not a thousand times
    assert range_of(found, CATALOGUE)[1] == ours.fixed


async def test_pictures_cost_by_the_picture(tmp_path):
    body = {"model": "dall-e-3", "prompt": "a fox", "size": "1024x1024"}
    one = {"method": "POST", "url": "/v1/images/generations", "body": body}
    found = await report(tmp_path, [{**one, "custom_id": str(n)} for n in range(10)])
    each = Bills(CATALOGUE).images(ImageRequest(prompt="a fox", model="dall-e-3", size="1024x1024"))
    assert found.fixed == 10 * each.quote.fixed
    assert found.most == 0


async def test_a_price_that_is_not_known_stays_unknown(tmp_path):
    found = await report(tmp_path, [line("a", model="nobodys-model")])
    assert bills(found, CATALOGUE)[0].quote.prices is None
    assert range_of(found, CATALOGUE) is None
    settings = Settings(_env_file=None, openai_api_key="sk-fake")
    quote = Bills.of(CATALOGUE, settings).batch(found.model, bills(found, CATALOGUE)).quote
    assert quote.prices is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "It is no JSON: it ends too early."),
        ("3", "It is no such line: expected an object, got a whole number."),
        ({"method": "POST", "url": CHAT, "body": {}},
         "It has no `custom_id`, by which its answer is known."),
        (line(7), "It has no `custom_id`, by which its answer is known."),
        (line(""), "It has no `custom_id`, by which its answer is known."),
        (line("a0"), "Its `custom_id` “a0” is that of line 1 too."),
        (line("b", method="GET"), "Its `method` is “GET”, and must be “POST”."),
        (line("b", url="/v1/embeddings"),
         "Its `url` is “/v1/embeddings”, and those of this batch are “/v1/chat/completions”."),
        ({"custom_id": "b", "method": "POST", "url": CHAT}, "It has no `body`."),
        (line("b", model="gpt-4o"),
         "Its model is “gpt-4o”, and that of the lines before “gpt-4o-mini”: a batch has one."),
        (line("b", messages=[]), "In `body.messages`, expected a list of length >= 1."),
        (line("b", messages=[{"role": "bot", "content": "A"}]),
         ("In `body.messages[...].role`, “bot” is no role: system, developer, user, assistant and "
         "tool are.")),
        (line("b", temperature=3), "temperature is 0 to 2 with gpt-4o-mini, and 3 is not."),
        (line("b", stream=True), None),
        (line("b", max_tokens=-1_000_000), "In `body.max_tokens`, expected a whole number >= 1."),
        (line("b", n=0), "In `body.n`, expected a whole number >= 1."),
        (line("b", model=None), "In `body.model`, expected text, got null."),
    ],
)  # fmt: skip
async def test_a_bad_line_is_told_with_its_number(tmp_path, bad, reason):
    good = [line(f"a{n}") for n in range(3)]
    ((number, told),) = await problems(tmp_path, [*good, bad, line("z")])
    assert number == 4
    assert reason is None or told.replace("[0]", "[...]") == reason


async def test_an_endpoint_that_is_asked_for_is_that_of_every_line(tmp_path):
    found = await problems(tmp_path, [embedding("a"), embedding("b")], CHAT)
    assert [number for number, _ in found] == [1, 2]
    assert "/v1/chat/completions" in found[0][1]


async def test_an_endpoint_that_batches_do_not_have_is_told_with_those_they_have(tmp_path):
    ((number, reason),) = await problems(tmp_path, [line("a", url="/v1/audio/speech")])
    assert number == 1
    assert "/v1/embeddings" in reason


async def test_a_first_line_that_is_broken_does_not_hide_the_others(tmp_path):
    found = await report(tmp_path, ["{", line("a"), line("b")])
    assert ([one.line for one in found.problems], found.requests) == ([1], 2)


@pytest.mark.parametrize("input_", ["Hello!", ["a", "b"], [1, 2], [[1, 2], [3]]])
async def test_embeddings_may_be_asked_for_in_four_ways(tmp_path, input_):
    found = await report(tmp_path, [embedding("a", input=input_)])
    assert (found.problems, found.most, found.requests) == ((), 0, 1)


async def test_a_model_that_does_not_serve_the_endpoint_is_told(tmp_path):
    ((_, reason),) = await problems(tmp_path, [embedding("a", model="gpt-4o-mini")])
    assert reason.startswith("gpt-4o-mini does not serve embeddings.")


async def test_tools_formats_and_calls_are_part_of_what_is_read(tmp_path):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said = [*SAID, {"role": "assistant", "content": None, "tool_calls": [call]}]
    more = {"tools": [{"type": "function", "function": {"name": "f" * 400}}],
            "response_format": {"type": "json_object"}, "messages": said}  # fmt: skip
    found = await report(tmp_path, [line("a", **more)])
    assert found.problems == ()
    assert found.tokens > 100
    assert (await report(tmp_path, [line("a", tools=None, response_format=None)])).problems == ()


async def test_files_pictures_and_sound_in_a_prompt_are_held_for(tmp_path):
    parts = [
        {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "input_audio", "input_audio": {"data": "A" * 8_000, "format": "wav"}},
    ]
    plain = await report(tmp_path, [line("a")])
    found = await report(tmp_path, [line("a", messages=[{"role": "user", "content": parts}])])
    assert found.problems == ()
    assert found.tokens - plain.tokens > 10_000 + CATALOGUE.model("gpt-4o-mini").picture


async def test_fifty_thousand_lines_are_taken_and_one_more_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "MOST", 50)
    assert (await report(tmp_path, [line(str(n)) for n in range(50)])).problems == ()
    ((number, reason),) = await problems(tmp_path, [line(str(n)) for n in range(51)])
    assert (number, reason.startswith("51 requests are too many")) == (0, True)
    assert batch.MOST == 50


async def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "input.jsonl"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)
    found = await check_batch(path, None, CATALOGUE)
    ((number, reason),) = [(one.line, one.reason) for one in found.problems]
    assert (number, reason) == (0, "The file has 300.0 MB, and a batch takes 200 MB. Split it.")


async def test_what_others_answer_with_is_counted_by_bytes(tmp_path):
    one = {"custom_id": "a", "method": "POST", "url": "/v1/responses",
           "body": {"model": "gpt-4o-mini", "input": "Hello!"}}  # fmt: skip
    found = await report(tmp_path, [one])
    assert found.tokens == len(json.dumps(one))


def read(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("wild") / "input.jsonl"
    path.write_bytes(content)
    return batch.Reader(CATALOGUE, None).read(path)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_there_is_a_report(tmp_path_factory, content):
    found = read(tmp_path_factory, content)
    assert found.wrong >= 1
    assert all(one.reason.endswith(".") for one in found.problems)


_ids = st.sampled_from(["a", "b", "c", "", None, 3])
_urls = st.sampled_from([CHAT, EMBED, "/v1/other", None])


@given(
    st.lists(
        st.tuples(_ids, _urls, st.sampled_from(["gpt-4o", "gpt-4o-mini"])), min_size=1, max_size=9
    )
)
def test_what_passes_has_one_endpoint_one_model_and_ids_that_differ(tmp_path_factory, asked):
    lines = [line(id_, url=url, model=model) for id_, url, model in asked]
    found = read(tmp_path_factory, "".join(f"{json.dumps(one)}\n" for one in lines).encode())
    if not found.wrong:
        ids, urls, models = map(set, zip(*asked, strict=True))
        assert len(ids) == len(asked) == found.requests
        assert (urls, models) == ({found.endpoint}, {found.model})
