"""A batch being carried out, line by line, as single requests would be."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import IO, Any

import msgspec
from aiohttp import web

from sandbox.batch_input import Line, read
from sandbox.batch_types import Batch, Counts
from sandbox.call import Call
from sandbox.chat import completion
from sandbox.embeddings import embeddings
from sandbox.errors import SERVER, STUMBLED, APIError
from sandbox.ids import new
from sandbox.images import generations
from sandbox.moderations import moderations
from sandbox.store import STORE, Store
from sandbox.tasks import PACE

AT_ONCE = 2  # lines
OK = 200
log = logging.getLogger(__name__)
Endpoint = Callable[[Call, bytes], Awaitable[dict[str, Any]]]

ENDPOINTS: dict[str, Endpoint] = {
    "/v1/chat/completions": completion,
    "/v1/embeddings": embeddings,
    "/v1/moderations": moderations,
    "/v1/images/generations": generations,
}


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
        status, body = await _answered(call, line, answers.tell())
        record = _record(line.custom_id, status, body)
        if status == OK:
            batch.request_counts.completed += 1
            _count(batch, body)
            await asyncio.to_thread(answers.write, record)
        else:
            batch.request_counts.failed += 1
            await asyncio.to_thread(errors.write, record)


async def _answered(call: Call, line: Line, size: int) -> tuple[int, dict[str, Any]]:
    """Status and body. `size`: bytes of the answers so far."""
    try:
        call.app[STORE].check_room(size)
        return OK, await ENDPOINTS[call.endpoint](call, line.body)
    except APIError as error:
        found = error
    except Exception:
        log.exception("A line of a batch failed: %s", line.custom_id)
        found = APIError(SERVER, STUMBLED)
    return found.status, found.body


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
