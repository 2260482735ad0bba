"""A batch being carried out, line by line, as single requests would be."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import IO, Any

import msgspec
from aiohttp import web
from msgspec import Struct, field

from sandbox.batch_input import Line, read
from sandbox.call import Call
from sandbox.chat import completion
from sandbox.embeddings import embeddings
from sandbox.errors import APIError
from sandbox.ids import new
from sandbox.images import generations
from sandbox.moderations import moderations
from sandbox.store import STORE, Store
from sandbox.tasks import PACE

AT_ONCE = 2  # lines
Endpoint = Callable[[Call, bytes], Awaitable[dict[str, Any]]]

ENDPOINTS: dict[str, Endpoint] = {
    "/v1/chat/completions": completion,
    "/v1/embeddings": embeddings,
    "/v1/moderations": moderations,
    "/v1/images/generations": generations,
}


class Counts(Struct):
    total: int = 0
    completed: int = 0
    failed: int = 0


class Batch(Struct):
    id: str
    endpoint: str
    input_file_id: str
    completion_window: str
    created_at: int
    expires_at: int
    metadata: dict[str, str] | None
    lasts: int | None  # seconds of its files
    object: str = "batch"
    status: str = "validating"
    model: str | None = None
    errors: dict[str, Any] | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    times: dict[str, int] = field(default_factory=dict)  # when it entered each status
    request_counts: Counts = field(default_factory=Counts)
    tokens: list[int] = field(default_factory=lambda: [0, 0])  # in, out

    def enter(self, status: str, now: int) -> None:
        self.status = status
        self.times[status] = now

    def shown(self) -> dict[str, Any]:
        """As OpenAI does."""
        fields = msgspec.structs.asdict(self)
        for own in ("times", "tokens", "lasts"):
            del fields[own]
        statuses = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")  # fmt: skip  # noqa: E501
        given, made = self.tokens
        usage = {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given + made,
        }
        return fields | {f"{s}_at": self.times.get(s) for s in statuses} | {"usage": usage}


async def run(app: web.Application, batch: Batch) -> None:
    store = app[STORE]
    batch.request_counts, batch.tokens = Counts(), [0, 0]
    await asyncio.sleep(app[PACE])
    try:
        file = await store.get(batch.input_file_id)
        lines, errors = await asyncio.to_thread(read, store.path(file), batch.endpoint)
    except APIError as error:
        lines, errors = [], [{"code": "file_not_found", "message": str(error), "line": None, "param": None}]  # fmt: skip  # noqa: E501
    if errors:
        batch.errors = {"object": "list", "data": errors}
        return await _enter(store, batch, "failed")
    batch.request_counts.total = len(lines)
    if batch.status == "validating":
        await _enter(store, batch, "in_progress")
    await asyncio.sleep(app[PACE])
    await _execute(app, batch, lines)
    return None


async def _execute(app: web.Application, batch: Batch, lines: list[Line]) -> None:
    store = app[STORE]
    good, bad = (store.path(new("incoming-")) for _ in range(2))
    try:
        with good.open("wb") as answers, bad.open("wb") as errors:
            left = iter(lines)
            workers = (_work(app, batch, left, answers, errors) for _ in range(AT_ONCE))
            await asyncio.gather(*workers)
            late = [
                _error(line.custom_id, EXPIRED) for line in left if batch.status == "in_progress"
            ]
            batch.request_counts.failed += len(late)
            await asyncio.to_thread(errors.writelines, late)
        end = {"cancelling": "cancelled"}.get(batch.status, "expired" if late else "completed")
        if end == "completed":
            await _enter(store, batch, "finalizing")
            await asyncio.sleep(app[PACE])
        if batch.request_counts.completed:
            name = f"{batch.id}_output.jsonl"
            batch.output_file_id = (await store.adopt(good, name, "batch_output", batch.lasts)).id
        if batch.request_counts.failed:
            name = f"{batch.id}_error.jsonl"
            batch.error_file_id = (await store.adopt(bad, name, "batch_output", batch.lasts)).id
        await _enter(store, batch, end)
    finally:
        good.unlink(missing_ok=True)
        bad.unlink(missing_ok=True)


EXPIRED = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}


async def _work(
    app: web.Application, batch: Batch, lines: Any, answers: IO[bytes], errors: IO[bytes]
) -> None:
    call = Call(app, "", batch.endpoint, "", batch=True)
    while batch.status == "in_progress" and app[STORE].now() < batch.expires_at:
        line = next(lines, None)
        if line is None:
            return
        try:
            app[STORE].check_room(answers.tell())
            body = await ENDPOINTS[batch.endpoint](call, line.body)
        except APIError as error:
            batch.request_counts.failed += 1
            record = _record(line.custom_id, error.status, error.body)
            await asyncio.to_thread(errors.write, record)
        else:
            batch.request_counts.completed += 1
            _count(batch, body)
            await asyncio.to_thread(answers.write, _record(line.custom_id, 200, body))


def _count(batch: Batch, body: dict[str, Any]) -> None:
    usage = body.get("usage") or {}
    batch.model = batch.model or body.get("model")
    batch.tokens[0] += usage.get("prompt_tokens", usage.get("input_tokens", 0))
    batch.tokens[1] += usage.get("completion_tokens", usage.get("output_tokens", 0))


def _record(custom_id: str, status: int, body: dict[str, Any]) -> bytes:
    response = {"status_code": status, "request_id": new("req_", 32), "body": body}
    return _line(custom_id, response, None)


def _error(custom_id: str, error: dict[str, str]) -> bytes:
    return _line(custom_id, None, error)


def _line(custom_id: str, response: Any, error: Any) -> bytes:
    told = {"id": new("batch_req_", 32), "custom_id": custom_id, "response": response, "error": error}  # fmt: skip  # noqa: E501
    return msgspec.json.encode(told) + b"\n"


async def _enter(store: Store, batch: Batch, status: str) -> None:
    """What is shown has been written down."""
    before, now = batch.status, store.stamp()
    after = msgspec.structs.replace(batch, status=status, times=batch.times | {status: now})
    await store.save("batch", after)
    if batch.status == before:  # nobody cancelled it meanwhile
        batch.enter(status, now)
