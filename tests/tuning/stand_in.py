"""For what checks and moves files, where it is not there yet: as little as the tests need."""

import importlib.util
import json
import sys
import types
from contextlib import aclosing
from dataclasses import dataclass, field


@dataclass
class Problem:
    line: int
    reason: str


@dataclass
class Report:
    lines: int
    examples: int
    tokens: int
    problems: list = field(default_factory=list)
    wrong: int = 0


async def check_training(path, method, model):
    kept = [line for line in path.read_bytes().splitlines() if line.strip()]
    problems = [Problem(n, trouble) for n, line in enumerate(kept, 1) if (trouble := _wrong(line))]
    return Report(len(kept), len(kept) - len(problems), 10 * len(kept), problems, len(problems))


def _wrong(line):
    try:
        said = json.loads(line)
    except ValueError:
        return "It is no JSON."
    if "preferred_output" in said:
        return ""
    answers = any(message["role"] == "assistant" for message in said["messages"])
    return "" if answers else "It has no answer: no message is by “assistant”."


async def save_attachment(run, attachment, folder, limit):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / attachment.name
    async with aclosing(run.open(attachment)) as chunks:
        path.write_bytes(b"".join([chunk async for chunk in chunks]))
    return path


async def upload(services, path, name, purpose):
    from bot.openai.uploads import Upload  # noqa: PLC0415  with its file

    return await services.openai.files.create(await Upload.of(path, name), purpose)


def stand_in(monkeypatch):
    """Where the real ones are there, they are tested."""
    for room, module, what in (
        ("bot.jsonl", "bot.jsonl.training", {"check_training": check_training}),
        ("bot.files_desk", "bot.files_desk.moving",
         {"save_attachment": save_attachment, "upload": upload}),
    ):  # fmt: skip
        if importlib.util.find_spec(room) is None:
            found = types.ModuleType(module)
            found.__dict__.update(what)
            monkeypatch.setitem(sys.modules, module, found)
