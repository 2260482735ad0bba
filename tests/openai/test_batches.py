import json

import pytest

from bot.openai import errors
from bot.openai.batches import Batches, BatchRequest, line, result
from bot.openai.catalogue_check import WrongValue
from bot.openai.meter import Free
from tests.fakes.openai import Fault


@pytest.fixture
def batches(transport):
    return Batches(transport)


def ask(endpoint="/v1/chat/completions", **facts):
    return BatchRequest(input_file_id="file-abc123", endpoint=endpoint, **facts)


async def test_a_batch_is_created_with_what_we_note_on_it(fake, batches):
    batch = await batches.create(ask(metadata={"parley": "slack:T1:C1"}), Free())
    assert (batch.status, batch.ended, batch.metadata) == (
        "validating", False, {"parley": "slack:T1:C1"},
    )  # fmt: skip
    assert fake.calls[0].body == {
        "input_file_id": "file-abc123", "endpoint": "/v1/chat/completions",
        "completion_window": "24h", "metadata": {"parley": "slack:T1:C1"},
    }  # fmt: skip


async def test_batches_are_listed_by_page_and_looked_at(batches):
    for _ in range(3):
        await batches.create(ask(), Free())
    page = await batches.list(limit=2)
    rest = await batches.list(limit=2, after=page.after)
    assert [batch.id for batch in (*page.data, *rest.data)] == ["batch_2", "batch_1", "batch_0"]
    assert (await batches.get("batch_1")).id == "batch_1"


async def test_a_batch_is_cancelled(batches):
    batch = await batches.create(ask(), Free())
    assert (await batches.cancel(batch.id)).status == "cancelling"


async def test_what_a_finished_batch_did_and_used_is_told(fake, batches):
    batch = await batches.create(ask(), Free())
    fake.resources.batches[batch.id] |= {
        "status": "completed", "output_file_id": "file-out", "error_file_id": "file-err",
        "request_counts": {"total": 100, "completed": 97, "failed": 3},
        "usage": {"input_tokens": 900, "output_tokens": 500, "total_tokens": 1400,
                  "input_tokens_details": {"cached_tokens": 100},
                  "output_tokens_details": {"reasoning_tokens": 20}},
    }  # fmt: skip
    done = await batches.get(batch.id)
    assert done.ended
    assert (done.request_counts.completed, done.request_counts.failed) == (97, 3)
    assert (done.usage.prompt, done.usage.cached, done.usage.completion) == (900, 100, 500)


async def test_what_is_wrong_with_the_input_is_told_by_line(fake, batches):
    batch = await batches.create(ask(), Free())
    problem = {"code": "invalid_json_line", "line": 7, "message": "not JSON", "param": None}
    fake.resources.batches[batch.id] |= {"status": "failed", "errors": {"data": [problem]}}
    (found,) = (await batches.get(batch.id)).problems
    assert (found.line, found.message) == (7, "not JSON")


async def test_a_batch_that_is_not_there_is_named(batches):
    with pytest.raises(errors.NotFound) as caught:
        await batches.cancel("batch_9")
    assert "no batch “batch_9”" in caught.value.sentence


@pytest.mark.parametrize("fault", [Fault(disconnect=True), Fault(500)])
async def test_a_batch_whose_answer_was_lost_is_not_begun_twice(fake, batches, fault):
    fake.faults.append(fault)
    with pytest.raises(errors.AnswerLost) as caught:
        await batches.create(ask(), Free())
    assert len(fake.calls) == 1
    assert "whether the batch was made" in caught.value.sentence


async def test_a_batch_whose_answer_never_came_may_have_begun(fake, hurried):
    fake.faults.append(Fault(hang=True))
    with pytest.raises(errors.AnswerLost):
        await Batches(hurried).create(ask(), Free())
    assert fake.resources.batches == {}


async def test_a_batch_that_cannot_have_begun_is_asked_for_again(fake, batches):
    fake.faults.extend([Fault(429, "rate_limit_exceeded"), Fault(503)])
    await batches.create(ask(), Free())
    assert len(fake.resources.batches) == 1


async def test_an_endpoint_that_is_none_is_told(fake, batches):
    with pytest.raises(WrongValue, match="/v1/chat/completions is one"):
        await batches.create(ask("chat"), Free())
    assert fake.calls == []


def test_lines_are_written_and_read_as_the_guide_has_them():
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}
    written = line("request-1", "/v1/chat/completions", body)
    assert json.loads(written) == {
        "custom_id": "request-1", "method": "POST", "url": "/v1/chat/completions", "body": body,
    }  # fmt: skip
    answer = {"id": "batch_req_1", "custom_id": "request-1", "error": None,
              "response": {"status_code": 200, "request_id": "r", "body": {"id": "c"}}}  # fmt: skip
    found = result(json.dumps(answer).encode())
    assert (found.custom_id, found.response["status_code"]) == ("request-1", 200)
