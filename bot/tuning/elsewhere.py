"""What checks and moves files, found when it is first needed."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from bot.events import Attachment
from bot.openai.catalogue import Model
from bot.openai.files import File
from bot.run import Run
from bot.services import Services


class Problem(Protocol):
    line: int
    reason: str


class Report(Protocol):
    lines: int
    examples: int
    tokens: int
    problems: Sequence[Problem]
    wrong: int  # problems in all, of which the first are told


async def check_training(path: Path, method: str, model: Model) -> Report:
    """Line by line, off the loop."""
    found: Report = await import_module("bot.jsonl.training").check_training(path, method, model)
    return found


async def save_attachment(run: Run, attachment: Attachment, folder: Path, limit: int) -> Path:
    """Raises Refused where it is larger than `limit` bytes."""
    moving = import_module("bot.files_desk.moving")
    path: Path = await moving.save_attachment(run, attachment, folder, limit)
    return path


async def upload(services: Services, path: Path, name: str, purpose: str) -> File:
    """Raises AnswerLost too."""
    file: File = await import_module("bot.files_desk.moving").upload(services, path, name, purpose)
    return file
