"""Batches, judged by the official client; each line is really carried out."""

import asyncio
import json

import openai
import pytest

from sandbox.batch_run import ENDPOINTS
from sandbox.embeddings import embeddings
from sandbox.store import Store

EMBED = "/v1/embeddings"


def line(number: int, *, url: str = EMBED, **body) -> dict:
    body = {"model": "text-embedding-3-small", "input": f"Text {number}.", "dimensions": 4} | body
    return {"custom_id": f"line-{number}", "method": "POST", "url": url, "body": body}


async def begun(twin, lines, endpoint: str = EMBED, **options):
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    file = await twin.client.files.create(file=("in.jsonl", text.encode()), purpose="batch")
    return await twin.client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window="24h", **options
    )


async def ended(twin, batch):
    async with asyncio.timeout(30):
        while batch.status not in {"completed", "failed", "expired", "cancelled"}:
            await asyncio.sleep(0.01)
            batch = await twin.client.batches.retrieve(batch.id)
    return batch


async def lines_of(twin, name: str) -> list[dict]:
    return [json.loads(one) for one in (await twin.client.files.content(name)).text.splitlines()]


async def test_a_hundred_lines_of_which_three_are_bad_yield_97_answers_and_3_errors(twin):
    bad = {7: {"dimensions": 0}, 40: {"model": "gpt-nothing"}, 99: {"colour": "red"}}
    lines = [line(n, **bad.get(n, {})) for n in range(100)]
    batch = await begun(twin, lines, metadata={"who": "ada"})
    assert (batch.status, batch.metadata) == ("validating", {"who": "ada"})
    batch = await ended(twin, batch)
    assert batch.status == "completed"
    counts = batch.request_counts
    assert (counts.total, counts.completed, counts.failed) == (100, 97, 3)
    answers = await lines_of(twin, batch.output_file_id)
    errors = await lines_of(twin, batch.error_file_id)
    assert {a["custom_id"] for a in answers} == {f"line-{n}" for n in range(100) if n not in bad}
    assert {e["custom_id"] for e in errors} == {"line-7", "line-40", "line-99"}
    assert {e["response"]["status_code"] for e in errors} == {400, 404}
    alone = await twin.client.embeddings.create(**line(5)["body"], encoding_format="float")
    (fifth,) = [a["response"]["body"] for a in answers if a["custom_id"] == "line-5"]
    assert fifth["data"][0]["embedding"] == pytest.approx(alone.data[0].embedding, abs=1e-6)
    used = sum(a["response"]["body"]["usage"]["total_tokens"] for a in answers)
    assert batch.usage.total_tokens == used
    file = await twin.client.files.retrieve(batch.output_file_id)
    assert file.purpose == "batch_output"


async def test_a_batch_costs_half(twin):
    await ended(twin, await begun(twin, [line(n) for n in range(50)]))
    (row,) = (await twin.usage())["rows"]
    assert (row["batch"], row["calls"]) == (True, 50)
    assert float(row["cost_usd"]) == pytest.approx(row["input"] * 0.01e-6)


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("/v1/moderations", {"model": "omni-moderation-latest", "input": "Hi"}),
        ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "red", "size": "64x64"}),
    ],
)
async def test_other_endpoints(twin, endpoint, body):
    one = {"custom_id": "a", "method": "POST", "url": endpoint, "body": body}
    batch = await ended(twin, await begun(twin, [one], endpoint))
    (answer,) = await lines_of(twin, batch.output_file_id)
    assert answer["response"]["status_code"] == 200
    assert batch.error_file_id is None


async def test_chat_in_a_batch(client):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}  # fmt: skip  # noqa: E501

    class Session:
        pass

    twin = Session()
    twin.client = client
    one = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    batch = await ended(twin, await begun(twin, [one], "/v1/chat/completions"))
    (answer,) = await lines_of(twin, batch.output_file_id)
    assert answer["response"]["body"]["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        (["{"], "invalid_json_line", 1),
        ([line(1), "[]"], "invalid_request", 2),
        ([line(1), {"custom_id": "a"}], "invalid_request", 2),
        ([line(1), line(2), line(1)], "duplicate_custom_id", 3),
        ([line(1, url="/v1/moderations")], "invalid_url", 1),
        ([" "], "empty_file", None),
    ],
)
async def test_a_file_that_is_no_batch_fails_with_its_lines(twin, lines, code, number):
    batch = await ended(twin, await begun(twin, lines))
    assert batch.status == "failed"
    assert [(e.code, e.line) for e in batch.errors.data] == [(code, number)]
    assert batch.output_file_id is None


async def test_a_cancelled_batch_keeps_what_was_answered(twins):
    async with twins(pace=30) as twin:  # it stays as it is while we look
        batch = await begun(twin, [line(n) for n in range(3)])
        cancelling = await twin.client.batches.cancel(batch.id)
        assert cancelling.status == "cancelling"
    async with twins() as twin:  # and goes on at the next start
        batch = await ended(twin, cancelling)
        assert batch.status == "cancelled"
        with pytest.raises(openai.ConflictError, match="cancelled"):
            await twin.client.batches.cancel(batch.id)


async def test_answers_that_find_no_room_are_errors(twin):
    (store,) = [value for value in twin.app.values() if isinstance(value, Store)]
    batch = await begun(twin, [line(n) for n in range(9)])
    store._room = (await store.get(batch.input_file_id)).bytes + 1000
    batch = await ended(twin, batch)
    assert batch.request_counts.completed + batch.request_counts.failed == 9
    errors = await lines_of(twin, batch.error_file_id)
    codes = {error["response"]["body"]["error"]["code"] for error in errors}
    assert (batch.status, codes) == ("completed", {"storage_limit_exceeded"})


async def test_a_line_at_which_the_engine_fails_is_an_error_and_the_others_go_on(twin, monkeypatch):
    async def failing(call, body):
        if b"Text 1." in bytes(body):
            raise RuntimeError("no vectors today")
        return await embeddings(call, body)

    monkeypatch.setitem(ENDPOINTS, EMBED, failing)
    batch = await ended(twin, await begun(twin, [line(n) for n in range(3)]))
    assert (batch.status, batch.request_counts.completed) == ("completed", 2)
    (error,) = await lines_of(twin, batch.error_file_id)
    assert (error["custom_id"], error["response"]["status_code"]) == ("line-1", 500)


async def test_what_is_late_expires(twins, monkeypatch):
    monkeypatch.setattr("sandbox.batches.DAY", -1)
    async with twins() as twin:
        batch = await ended(twin, await begun(twin, [line(n) for n in range(3)]))
        assert (batch.status, batch.request_counts.failed) == ("expired", 3)
        errors = await lines_of(twin, batch.error_file_id)
        assert {error["error"]["code"] for error in errors} == {"batch_expired"}


async def test_a_batch_goes_on_after_a_restart(twins):
    async with twins(pace=30) as twin:
        batch = await begun(twin, [line(n) for n in range(3)])
    async with twins() as twin:
        batch = await ended(twin, batch)
        assert (batch.status, batch.request_counts.completed) == ("completed", 3)


async def test_batches_are_listed_newest_first(twin):
    made = [(await begun(twin, [line(1)])).id for _ in range(3)]
    assert [b.id async for b in twin.client.batches.list(limit=1)] == made[::-1]
    with pytest.raises(openai.NotFoundError):
        await twin.client.batches.retrieve("batch_x")


async def test_what_cannot_be_a_batch_is_refused(twin):
    file = await twin.client.files.create(file=("a.txt", b"Hi"), purpose="assistants")
    wrong = {
        "input_file_id": {"input_file_id": file.id},
        "endpoint": {"endpoint": "/v1/audio/speech"},
        "completion_window": {"completion_window": "1h"},
        "metadata": {"metadata": {str(n): "" for n in range(17)}},
    }
    for param, options in wrong.items():
        body = {"input_file_id": file.id, "endpoint": EMBED, "completion_window": "24h"} | options
        with pytest.raises(openai.BadRequestError) as caught:
            await twin.client.batches.create(**body)
        assert caught.value.param == param
