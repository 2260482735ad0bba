"""Bots in processes of their own, so that what is measured is theirs alone."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

import psutil

from benchmarks.stages import DiscordStage, SlackStage, Stage
from tests.fakes.openai import FakeOpenAI

ROOT = Path(__file__).parent.parent
MIB = 2**20
STAGES = {"Slack": SlackStage, "Discord": DiscordStage}
_OURS = ("OPENAI_", "SLACK_", "DISCORD_", "PARLEY_")
_LEAVING = 15.0  # seconds


class Bot:
    def __init__(self, process: Process) -> None:
        self._process = psutil.Process(process.pid)

    def cpu(self) -> float:
        """Seconds, user and system, all threads, since the process began; no child counted."""
        times = self._process.cpu_times()
        return times.user + times.system

    def memory(self) -> float:
        """MiB resident."""
        return self._process.memory_info().rss / MIB


@asynccontextmanager
async def parley(*stages: Stage, openai: FakeOpenAI) -> AsyncIterator[Bot]:
    """Connected to all of them, a fresh database, everything else as it comes."""
    with tempfile.TemporaryDirectory() as folder:
        more = {"PARLEY_HTTP_PORT": "0", "PARLEY_DATABASE_URL": f"sqlite:///{folder}/parley.db"}
        async with _running(("bot", "run"), folder, stages, openai, more) as bot:
            yield bot


@asynccontextmanager
async def floor(stage: Stage, openai: FakeOpenAI) -> AsyncIterator[Bot]:
    with tempfile.TemporaryDirectory() as folder:
        module = f"benchmarks.floor.{stage.name.lower()}"
        async with _running((module,), folder, (stage,), openai, {}) as bot:
            yield bot


@asynccontextmanager
async def rivals(
    platform: str, openai: FakeOpenAI
) -> AsyncIterator[tuple[tuple[Bot, Stage], tuple[Bot, Stage]]]:
    """Parley and the floor bot, each on a platform of its own."""
    async with (
        STAGES[platform]() as ours,
        STAGES[platform]() as theirs,
        parley(ours, openai=openai) as our_bot,
        floor(theirs, openai) as their_bot,
    ):
        yield (our_bot, ours), (their_bot, theirs)


@asynccontextmanager
async def _running(
    module: tuple[str, ...],
    folder: str,
    stages: tuple[Stage, ...],
    openai: FakeOpenAI,
    more: Mapping[str, str],
) -> AsyncIterator[Bot]:
    environment = clean() | {"OPENAI_BASE_URL": openai.url, "OPENAI_API_KEY": openai.key, **more}
    environment["PARLEY_MODERATION_MODE"] = "off"  # as the floors, which check nothing
    for stage in stages:
        environment |= stage.fake.environment
    with (Path(folder) / "log").open("w+") as log:
        process = await started("-m", *module, folder=folder, log=log, environment=environment)
        try:
            await _connected(process, stages, log)
            yield Bot(process)
        finally:
            await ended(process)


def clean() -> dict[str, str]:
    """The environment without what the operator of this machine has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {"PYTHONPATH": str(ROOT)}


async def started(
    *arguments: str, folder: str, environment: Mapping[str, str], log: Any = DEVNULL
) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, env=environment, stdout=PIPE, stderr=log
    )


async def ended(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_LEAVING):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _connected(process: Process, stages: tuple[Stage, ...], log: TextIO) -> None:
    """Raises RuntimeError with the end of the log where the bot does not come up."""
    try:
        for stage in stages:
            await stage.connected()
    except TimeoutError:
        log.seek(0)
        raise RuntimeError(f"{process} is not connected:\n{log.read()[-2000:]}") from None
