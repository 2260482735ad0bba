"""`/v1/batches`: create, list, one, cancel."""

from typing import Literal

from aiohttp import web
from msgspec import Struct

from sandbox.answers import answer
from sandbox.batch_run import ENDPOINTS, run
from sandbox.batch_types import Batch
from sandbox.errors import APIError, invalid, not_found
from sandbox.files import Lasts
from sandbox.ids import new
from sandbox.metadata import Metadata, check_metadata
from sandbox.pages import page, query
from sandbox.requests import decode
from sandbox.store import STORE
from sandbox.tasks import TASKS

DAY = 86_400  # seconds
BATCHES: web.AppKey[dict[str, Batch]] = web.AppKey("batches", dict)
OVER = {"failed", "completed", "expired", "cancelled"}


class BatchRequest(Struct, forbid_unknown_fields=True):
    input_file_id: str
    endpoint: str
    completion_window: Literal["24h"]
    metadata: Metadata | None = None
    output_expires_after: Lasts | None = None


async def create(http: web.Request) -> web.Response:
    request = decode(await http.read(), BatchRequest)
    check_metadata(request.metadata)
    if request.endpoint not in ENDPOINTS:
        text = f"Invalid value: '{request.endpoint}'. Supported values are: {', '.join(ENDPOINTS)}."
        raise invalid("endpoint", text)
    store = http.app[STORE]
    file = await store.get(request.input_file_id, "input_file_id")
    if file.purpose != "batch":
        text = f"Invalid file purpose: {file.purpose}. Expected 'batch'."
        raise invalid("input_file_id", text, "invalid_file_purpose")
    now = store.stamp()
    batch = Batch(
        id=new("batch_", 32),
        endpoint=request.endpoint,
        input_file_id=file.id,
        completion_window=request.completion_window,
        created_at=now,
        expires_at=now + DAY,
        metadata=request.metadata,
        lasts=request.output_expires_after.seconds if request.output_expires_after else None,
    )
    batches = http.app[BATCHES]
    batches[batch.id] = batch
    await store.prune("batch", batches)
    await store.save("batch", batch)
    http.app[TASKS].start(run(http.app, batch))
    return answer(batch.shown())


async def list_batches(http: web.Request) -> web.Response:
    found = page(list(http.app[BATCHES].values()), query(http), 20)
    return answer(found | {"data": [batch.shown() for batch in found["data"]]})


async def get_batch(http: web.Request) -> web.Response:
    return answer(_found(http).shown())


async def cancel(http: web.Request) -> web.Response:
    batch = _found(http)
    if batch.status in OVER | {"finalizing"}:
        text = f"Cannot cancel a batch with status '{batch.status}'."
        raise APIError(409, text, param="id")
    if batch.status != "cancelling":
        batch.enter("cancelling", http.app[STORE].stamp())
        await http.app[STORE].save("batch", batch)
    return answer(batch.shown())


def _found(http: web.Request) -> Batch:
    name = http.match_info["id"]
    batch = http.app[BATCHES].get(name)
    if batch is None:
        raise not_found("batch", name)
    return batch


async def restored(app: web.Application) -> None:
    """At the start: batches under way when the last process ended are run again."""
    app[BATCHES].update(app[STORE].load("batch", Batch))
    for batch in app[BATCHES].values():
        if batch.status not in OVER:
            app[TASKS].start(run(app, batch))
