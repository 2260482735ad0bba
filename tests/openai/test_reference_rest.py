"""The guide's examples of what a provider keeps, its errors, limits and costs: docs/openai-api.md
points here.
"""

import json

import pytest

from bot.openai import catalogue, error_answers, errors, tokens
from bot.openai.batches import Batches, BatchRequest
from bot.openai.files import Files
from bot.openai.fine_tuning import FineTuning, JobRequest
from bot.openai.limits import told
from bot.openai.meter import Free
from bot.openai.uploads import Upload
from bot.spending import prices
from tests.openai.test_reference import MINI, SHIPPED, answers

FILE = {"id": "file-abc123", "object": "file", "bytes": 120000, "created_at": 1677652288,
        "filename": "training_data.jsonl", "purpose": "fine-tune"}  # fmt: skip


async def test_files_are_read(fake, transport):
    deleted = {"id": "file-abc123", "object": "file", "deleted": True}
    for example in ({"data": [FILE], "object": "list"}, FILE, deleted):
        answers(fake, example)
    files = Files(transport)
    (listed,) = (await files.list(purpose="fine-tune")).data
    assert listed == await files.get("file-abc123")
    assert (listed.bytes, listed.filename, listed.purpose) == (
        120000, "training_data.jsonl", "fine-tune",
    )  # fmt: skip
    assert await files.delete("file-abc123")
    assert fake.calls[0].query == {"purpose": "fine-tune"}


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("training_data.jsonl", "fine-tune"),
        ("input.jsonl", "batch"),
        ("notes.txt", "assistants"),
        ("notes.pdf", "assistants"),
        ("notes.docx", "assistants"),
    ],
)
async def test_a_file_goes_up_for_every_purpose(fake, transport, name, purpose):
    file = await Files(transport).create(Upload.content(name, b"{}"), purpose)
    assert (file.filename, file.purpose) == (name, purpose)


async def test_a_job_of_fine_tuning_is_read(fake, transport):
    answers(fake, {
        "id": "ftjob-abc123", "object": "fine_tuning.job", "model": "gpt-4o-mini-2024-07-18",
        "created_at": 1677652288, "fine_tuned_model": None, "organization_id": "org-123",
        "result_files": [], "status": "queued", "validation_file": None,
        "training_file": "file-abc123",
    })  # fmt: skip
    job = await FineTuning(transport, SHIPPED).get("ftjob-abc123")
    assert (job.status, job.model, job.training_file) == (
        "queued", "gpt-4o-mini-2024-07-18", "file-abc123",
    )  # fmt: skip
    assert (job.object, job.organization_id) == ("fine_tuning.job", "org-123")
    assert (job.fine_tuned_model, list(job.result_files), job.validation_file) == (None, [], None)


@pytest.mark.parametrize("base", ["gpt-4o-mini-2024-07-18", "gpt-4o-2024-08-06", "gpt-3.5-turbo"])
async def test_every_base_model_can_be_tuned(fake, transport, base):
    tuned = {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 0.05}
    request = JobRequest(model=base, training_file="file-abc123", hyperparameters=tuned)
    await FineTuning(transport, SHIPPED).create(request, Free())
    assert fake.calls[0].body["method"]["supervised"]["hyperparameters"] == tuned


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("queued", False), ("running", False), ("succeeded", True), ("failed", True),
        ("cancelled", True),
    ],
)  # fmt: skip
async def test_every_status_of_a_job_is_told(fake, transport, status, ended):
    answers(fake, {"id": "ftjob-abc123", "status": status})
    job = await FineTuning(transport, SHIPPED).get("ftjob-abc123")
    assert (job.status, job.ended) == (status, ended)


@pytest.mark.parametrize("endpoint", ["/v1/chat/completions", "/v1/embeddings"])
async def test_a_batch_goes_out_as_it_stands(fake, transport, endpoint):
    example = {"input_file_id": "file-abc123", "endpoint": endpoint, "completion_window": "24h"}
    answers(fake, {"id": "batch_abc123", "object": "batch", "errors": None, "status": "validating",
                   "created_at": 1677652288, **example})  # fmt: skip
    request = BatchRequest(input_file_id="file-abc123", endpoint=endpoint)
    batch = await Batches(transport).create(request, Free())
    assert fake.calls[0].body == example
    assert (batch.id, batch.status, batch.endpoint) == ("batch_abc123", "validating", endpoint)
    assert (batch.completion_window, batch.problems) == ("24h", ())


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("validating", False), ("failed", True), ("in_progress", False), ("finalizing", False),
        ("completed", True), ("expired", True), ("cancelling", False), ("cancelled", True),
    ],
)  # fmt: skip
async def test_every_status_of_a_batch_is_told(fake, transport, status, ended):
    answers(fake, {"id": "batch_abc123", "status": status})
    batch = await Batches(transport).get("batch_abc123")
    assert (batch.status, batch.ended) == (status, ended)


@pytest.mark.parametrize(
    ("status", "kind", "retried"),
    [
        (400, errors.BadRequest, False), (401, errors.AuthenticationFailed, False),
        (403, errors.PermissionDenied, False), (404, errors.NotFound, False),
        (413, errors.TooLarge, False), (429, errors.RateLimited, True),
        (500, errors.ServerFailed, True), (503, errors.ServerFailed, True),
    ],
)  # fmt: skip
def test_every_status_is_an_error_of_its_own(status, kind, retried):
    error = error_answers.from_response(status, {}, b"")
    assert (type(error), error.retried, error.status) == (kind, retried, status)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("invalid_request_error", errors.BadRequest),
        ("authentication_error", errors.AuthenticationFailed),
        ("permission_error", errors.PermissionDenied), ("not_found_error", errors.NotFound),
        ("rate_limit_error", errors.RateLimited), ("api_error", errors.ServerFailed),
        ("timeout_error", errors.TimedOut),
    ],
)  # fmt: skip
def test_every_type_of_error_is_an_error_of_its_own(kind, error):
    body = json.dumps({"error": {"message": "m", "type": kind, "param": None, "code": None}})
    assert type(error_answers.from_event(body.encode(), {})) is error


def test_the_example_of_an_error_is_a_wrong_key():
    body = {"message": "Invalid API key provided", "type": "invalid_request_error",
            "param": None, "code": "invalid_api_key"}  # fmt: skip
    error = error_answers.from_response(401, {}, json.dumps({"error": body}).encode())
    assert (type(error), error.code) == (errors.AuthenticationFailed, "invalid_api_key")
    assert "Invalid API key provided" in str(error)


def test_the_headers_of_the_rate_limit_are_read():
    headers = {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "1s",
    }
    bucket = told(headers, "requests", 0.0)
    assert bucket.wait(499, 0.0) == 0
    assert bucket.wait(500, 0.0) == pytest.approx(1)


def test_the_examples_of_costs_come_out():
    bot = prices.cost(SHIPPED.model(MINI).prices, 100 * 10_000, 200 * 10_000)
    documents = prices.cost(SHIPPED.model("text-embedding-3-small").prices, 1_000 * 500, 0)
    pictures = 100 * prices.of_picture(SHIPPED.model("dall-e-3", "images"), None, "1024x1024")
    assert (bot, documents, pictures) == (1_350_000, 10_000, 4_000_000)


def test_the_estimates_of_tokens_hold():
    assert tokens.count(SHIPPED.model(MINI), "Hello, world!") == 4
    assert tokens.count(catalogue.Model(id="unknown"), "four" * 25) == 25
    sentence = "The quick brown fox jumps over the lazy dog and runs back into the old forest. "
    assert 15 <= tokens.count(SHIPPED.model(MINI), sentence) <= 20
    assert 300 <= tokens.count(SHIPPED.model(MINI), sentence * 20) <= 500
