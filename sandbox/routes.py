"""Which address is answered by what."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import batches, files, fine_tuning, images, transcription
from sandbox.answers import answer
from sandbox.batches import BATCHES
from sandbox.call import CALL, Call
from sandbox.chat import chat_completions
from sandbox.embeddings import embeddings
from sandbox.image_shelf import SHELF, fetch
from sandbox.models import get_model, list_models
from sandbox.moderations import moderations
from sandbox.speech import speech
from sandbox.tasks import TASKS, Tasks
from sandbox.tuned import TUNED
from sandbox.tuning_jobs import GATES, JOBS, Gates

JOB = "/v1/fine_tuning/jobs/{id}"


def routes(app: web.Application) -> None:
    app[TASKS] = Tasks()
    app[SHELF] = OrderedDict()
    app[TUNED] = {}
    app[BATCHES] = {}
    app[JOBS] = {}
    app[GATES] = Gates()
    app.cleanup_ctx.append(_work)
    app.router.add_routes(
        [
            web.get("/v1/models", list_models),
            web.get("/v1/models/{model}", get_model),
            web.post("/v1/chat/completions", chat_completions),
            web.post("/v1/embeddings", _json(embeddings)),
            web.post("/v1/moderations", _json(moderations)),
            web.post("/v1/images/generations", images.generate),
            web.post("/v1/images/edits", images.edit),
            web.get("/sandbox/images/{name}", fetch),
            web.post("/v1/audio/speech", speech),
            web.post("/v1/audio/transcriptions", transcription.transcriptions),
            web.post("/v1/audio/translations", transcription.translations),
            web.post("/v1/files", files.upload),
            web.get("/v1/files", files.list_files),
            web.get("/v1/files/{id}", files.get_file),
            web.delete("/v1/files/{id}", files.delete_file),
            web.get("/v1/files/{id}/content", files.content),
            web.post("/v1/batches", batches.create),
            web.get("/v1/batches", batches.list_batches),
            web.get("/v1/batches/{id}", batches.get_batch),
            web.post("/v1/batches/{id}/cancel", batches.cancel),
            web.post("/v1/fine_tuning/jobs", fine_tuning.create),
            web.get("/v1/fine_tuning/jobs", fine_tuning.list_jobs),
            web.get(JOB, fine_tuning.get_job),
            web.post(f"{JOB}/cancel", fine_tuning.cancel),
            web.post(f"{JOB}/pause", fine_tuning.pause),
            web.post(f"{JOB}/resume", fine_tuning.resume),
            web.get(f"{JOB}/events", fine_tuning.events),
            web.get(f"{JOB}/checkpoints", fine_tuning.checkpoints),
        ]
    )


def _json(
    endpoint: Callable[[Call, bytes], Awaitable[dict[str, Any]]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(http: web.Request) -> web.Response:
        return answer(await endpoint(http[CALL], await http.read()))

    return handle


async def _work(app: web.Application) -> AsyncIterator[None]:
    await batches.restored(app)
    await fine_tuning.restored(app)
    yield
    await app[TASKS].close()
