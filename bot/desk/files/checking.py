"""A file, before it is sent: whether the provider will take it for what it is meant for."""

import asyncio
from pathlib import Path

from bot.desk.jsonl import training
from bot.desk.jsonl.batch import check_batch
from bot.desk.jsonl.problems import told
from bot.errors import Refused
from bot.services import Services

PURPOSES = ("batch", "fine-tune", "assistants", "vision", "user_data", "evals")
LARGEST = 512 * 2**20  # bytes of any file
_LINES = {"batch", "fine-tune", "evals"}  # whose files are JSONL
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


class Wrong(Refused):
    """`problems` in Markdown, by line."""

    def __init__(self, name: str, purpose: str, problems: str) -> None:
        super().__init__(f"“{name}” cannot be a file for “{purpose}”.")
        self.problems = problems


async def check(services: Services, path: Path, name: str, purpose: str) -> str:
    """What is known of it, in words: `1,000 requests to gpt-4o-mini`. Raises Wrong, OSError."""
    if not (await asyncio.to_thread(path.stat)).st_size:
        raise Wrong(name, purpose, "- The file is empty.")
    if purpose == "vision" and not (await _head(path)).startswith(_PICTURES):
        raise Wrong(name, purpose, "- It is no picture: PNG, JPEG, GIF and WebP are.")
    if purpose in _LINES and not name.lower().endswith(".jsonl"):
        raise Wrong(name, purpose, "- Its name must end in `.jsonl`.")
    if purpose == "batch":
        return await _batch(services, path, name)
    return await _training(services, path, name) if purpose == "fine-tune" else ""


async def _batch(services: Services, path: Path, name: str) -> str:
    report = await check_batch(path, None, services.catalogue)
    if report.wrong:
        raise Wrong(name, "batch", told(report.problems, report.wrong))
    return f"{report.requests:,} requests to {report.model}, by {report.endpoint}"


async def _training(services: Services, path: Path, name: str) -> str:
    model = services.catalogue.model(services.models["jobs"])
    method = await asyncio.to_thread(training.method_of, path)
    report = await training.check_training(path, method, model)
    if report.wrong:
        raise Wrong(name, "fine-tune", told(report.problems, report.wrong))
    return f"{report.examples:,} examples for {method}, about {report.tokens:,} tokens"


async def _head(path: Path) -> bytes:
    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(16)

    return await asyncio.to_thread(read)
