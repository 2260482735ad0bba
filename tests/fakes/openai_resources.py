"""Files, fine-tuning jobs and batches, kept in memory. Time stands still: a test moves a job on by
changing it.
"""

from typing import Any

from aiohttp import web

from tests.fakes.openai_answer import Fault, pieces

NOW = 1_790_000_000
Facts = dict[str, Any]


class Resources:
    """By id, the oldest first."""

    def __init__(self) -> None:
        self.files: dict[str, Facts] = {}
        self.contents: dict[str, bytes] = {}
        self.jobs: dict[str, Facts] = {}
        self.events: dict[str, list[Facts]] = {}
        self.checkpoints: dict[str, list[Facts]] = {}
        self.batches: dict[str, Facts] = {}


async def create_file(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    (file,) = call.files
    id_ = f"file-{len(fake.resources.files)}"
    facts = {
        "id": id_, "object": "file", "bytes": len(file.content), "created_at": NOW,
        "filename": file.name, "purpose": call.body["purpose"], "status": "processed",
    }  # fmt: skip
    if seconds := call.body.get("expires_after[seconds]"):
        facts["expires_at"] = NOW + int(seconds)
    fake.resources.files[id_] = facts
    fake.resources.contents[id_] = file.content
    return web.json_response(facts)


async def list_files(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    purpose = call.query.get("purpose")
    files = [f for f in fake.resources.files.values() if purpose in {None, f["purpose"]}]
    return _page(files if call.query.get("order") == "asc" else files[::-1], call)


async def get_file(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _one(fake.resources.files, request, "File")


async def delete_file(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    id_ = request.match_info["id"]
    if not fake.resources.files.pop(id_, None):
        return _one({}, request, "File")
    return web.json_response({"id": id_, "object": "file", "deleted": True})


async def file_content(
    fake: Any, request: web.Request, call: Any, fault: Fault
) -> web.StreamResponse:
    content = fake.resources.contents.get(request.match_info["id"])
    if content is None:
        return _one({}, request, "File")
    return await pieces(fake, request, fault, content, kind="application/octet-stream", size=5000)


async def create_job(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    body = call.body
    id_ = f"ftjob-{len(fake.resources.jobs)}"
    method = body.get("method")
    job = {
        "id": id_, "object": "fine_tuning.job", "model": body["model"], "created_at": NOW,
        "fine_tuned_model": None, "finished_at": None, "organization_id": "org-123",
        "result_files": [], "status": "validating_files", "error": None, "trained_tokens": None,
        "validation_file": body.get("validation_file"), "training_file": body["training_file"],
        "seed": body.get("seed", 42), "metadata": body.get("metadata"), "method": method,
        "hyperparameters": body.get("hyperparameters") or {"n_epochs": "auto"},
    }  # fmt: skip
    fake.resources.jobs[id_] = job
    fake.resources.events[id_] = [
        {"id": f"ftevent-{number}", "object": "fine_tuning.job.event", "created_at": NOW + number,
         "level": "info", "message": message, "type": kind, "data": data}
        for number, (message, kind, data) in enumerate((
            ("Created fine-tuning job", "message", {}),
            ("Step 1/10: training loss=2.10", "metrics", {"step": 1, "train_loss": 2.1}),
        ))
    ]  # fmt: skip
    fake.resources.checkpoints[id_] = [
        {"id": "ftckpt-0", "object": "fine_tuning.job.checkpoint", "created_at": NOW,
         "fine_tuning_job_id": id_, "step_number": 10, "metrics": {"step": 10, "train_loss": 1.1},
         "fine_tuned_model_checkpoint": f"ft:{body['model']}:acme::0:ckpt-step-10"}
    ]  # fmt: skip
    return web.json_response(job)


async def list_jobs(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    wanted = {k[9:-1]: v for k, v in call.query.items() if k.startswith("metadata[")}
    jobs = [
        job for job in fake.resources.jobs.values()
        if wanted.items() <= (job["metadata"] or {}).items()
    ]  # fmt: skip
    return _page(jobs[::-1], call)


async def get_job(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _one(fake.resources.jobs, request, "Job")


async def act_on_job(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    states = {"cancel": "cancelled", "pause": "paused", "resume": "running"}
    if job := fake.resources.jobs.get(request.match_info["id"]):
        job["status"] = states[request.match_info["verb"]]
    return await get_job(fake, request, call, _)


async def job_events(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _under(fake.resources.events, request, call)


async def job_checkpoints(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _under(fake.resources.checkpoints, request, call)


async def create_batch(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    id_ = f"batch_{len(fake.resources.batches)}"
    batch = {
        "id": id_, "object": "batch", "errors": None, "status": "validating", "created_at": NOW,
        "expires_at": NOW + 86_400, "output_file_id": None, "error_file_id": None,
        "request_counts": {"total": 0, "completed": 0, "failed": 0}, "metadata": None, **call.body,
    }  # fmt: skip
    fake.resources.batches[id_] = batch
    return web.json_response(batch)


async def list_batches(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _page(list(fake.resources.batches.values())[::-1], call)


async def get_batch(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    return _one(fake.resources.batches, request, "Batch")


async def cancel_batch(fake: Any, request: web.Request, call: Any, _: Fault) -> web.Response:
    if batch := fake.resources.batches.get(request.match_info["id"]):
        batch["status"] = "cancelling"
    return _one(fake.resources.batches, request, "Batch")


def _one(kept: dict[str, Facts], request: web.Request, noun: str) -> web.Response:
    id_ = request.match_info["id"]
    if id_ in kept:
        return web.json_response(kept[id_])
    error = {"message": f"No such {noun} object: {id_}", "type": "invalid_request_error",
             "param": "id", "code": None}  # fmt: skip
    return web.json_response({"error": error}, status=404)


def _under(kept: dict[str, list[Facts]], request: web.Request, call: Any) -> web.Response:
    id_ = request.match_info["id"]
    return _page(kept[id_][::-1], call) if id_ in kept else _one({}, request, "Job")


def _page(entries: list[Facts], call: Any) -> web.Response:
    after, limit = call.query.get("after"), int(call.query.get("limit", 20))
    ids = [entry["id"] for entry in entries]
    begin = ids.index(after) + 1 if after in ids else 0
    data = entries[begin : begin + limit]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    more = begin + limit < len(entries)
    return web.json_response({"object": "list", "data": data, "has_more": more, **ends})


ROUTES = (
    ("POST", "files", create_file),
    ("GET", "files", list_files),
    ("GET", "files/{id}", get_file),
    ("DELETE", "files/{id}", delete_file),
    ("GET", "files/{id}/content", file_content),
    ("POST", "fine_tuning/jobs", create_job),
    ("GET", "fine_tuning/jobs", list_jobs),
    ("GET", "fine_tuning/jobs/{id}", get_job),
    ("POST", "fine_tuning/jobs/{id}/{verb:cancel|pause|resume}", act_on_job),
    ("GET", "fine_tuning/jobs/{id}/events", job_events),
    ("GET", "fine_tuning/jobs/{id}/checkpoints", job_checkpoints),
    ("POST", "batches", create_batch),
    ("GET", "batches", list_batches),
    ("GET", "batches/{id}", get_batch),
    ("POST", "batches/{id}/cancel", cancel_batch),
)
