"""`/v1/files`: upload by stream, list, one, delete, content."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import BodyPartReader, web
from msgspec import Meta, Struct

from sandbox.answers import answer
from sandbox.errors import APIError, invalid
from sandbox.ids import new
from sandbox.pages import page, query
from sandbox.requests import FIELD, Form, convert, parts, too_large, well_formed
from sandbox.store import STORE, Store

LARGEST = 512 << 20  # bytes
LARGEST_BATCH = 200 << 20
MONTH = 30 * 86_400  # seconds
CLOSED = {"assistants", "vision", "user_data"}  # purposes whose content is not given back

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]


class Lasts(Struct, forbid_unknown_fields=True):
    anchor: Literal["created_at"]
    seconds: Annotated[int, Meta(ge=3600, le=MONTH)]


class FileRequest(Struct, forbid_unknown_fields=True):
    purpose: Purpose
    expires_after: Lasts | None = None


async def upload(http: web.Request) -> web.Response:
    store = http.app[STORE]
    path = store.path(new("incoming-"))
    try:
        form, name = await _received(http, path)
        request = convert(form.fields, FileRequest)
        await asyncio.to_thread(_check, path, name, request.purpose)
        lasts = request.expires_after.seconds if request.expires_after else None
        if request.purpose == "batch":
            lasts = lasts or MONTH
        return answer(await store.adopt(path, name, request.purpose, lasts))
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)  # where it was not taken


async def _received(http: web.Request, path: Path) -> tuple[Form, str]:
    form, name = Form(), ""
    with well_formed():
        async for part in parts(http):
            if part.filename is None:
                form.add(part.name or "", (await part.read(decode=False))[:FIELD].decode())
            else:
                name = Path(part.filename).name
                await _stream(http.app[STORE], part, path)
    if not name:
        raise invalid("file", "Missing required parameter: 'file'.", "missing_required_parameter")
    return form, name


async def _stream(store: Store, part: BodyPartReader, path: Path) -> None:
    size = 0
    # On the loop: what a thread opens for a request that is cancelled meanwhile, nobody closes.
    with path.open("wb") as file:
        while chunk := await part.read_chunk(1 << 20):
            size += len(chunk)
            if size > LARGEST:
                raise too_large(LARGEST)
            store.check_room(size)
            await asyncio.to_thread(file.write, chunk)


def _check(path: Path, name: str, purpose: Purpose) -> None:
    """Raises APIError."""
    size = path.stat().st_size
    if not size:
        raise invalid("file", "File is empty.", None)
    if purpose not in {"batch", "fine-tune"}:
        return
    if not name.endswith(".jsonl"):
        api = "Batch" if purpose == "batch" else "Fine-Tuning"
        text = f"Invalid file format for {api} API. Must be .jsonl"
        raise invalid("file", text, None)
    if purpose == "batch" and size > LARGEST_BATCH:
        raise too_large(LARGEST_BATCH)
    if purpose == "fine-tune":
        _check_lines(path)


def _check_lines(path: Path) -> None:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeDecodeError):
                text = (
                    "Expected file to have JSONL format, where every line is a valid JSON "
                    f"dictionary. Line {number} is not a dictionary."
                )
                raise invalid("file", text, None) from None


async def list_files(http: web.Request) -> web.Response:
    asked = query(http)
    files = await http.app[STORE].files()
    if asked.purpose:
        files = [file for file in files if file.purpose == asked.purpose]
    return answer(page(files, asked, 10_000))


async def get_file(http: web.Request) -> web.Response:
    return answer(await http.app[STORE].get(http.match_info["id"]))


async def delete_file(http: web.Request) -> web.Response:
    store = http.app[STORE]
    file = await store.get(http.match_info["id"])
    await store.delete(file)
    return answer({"id": file.id, "object": "file", "deleted": True})


async def content(http: web.Request) -> web.StreamResponse:
    store = http.app[STORE]
    file = await store.get(http.match_info["id"])
    if file.purpose in CLOSED:
        raise APIError(400, f"Not allowed to download files of purpose: {file.purpose}")
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{_quotable(file.filename)}"',
    }
    return web.FileResponse(store.path(file), headers=headers)


def _quotable(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
