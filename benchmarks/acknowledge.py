"""P11: from a command to its acknowledgement, as the platform sees both; the command is on the disk
by then. Milliseconds, the 99th of a hundred; Parley runs in a process of its own and answers all.
The floor is what this disk takes to make one row durable, at the same pace.
"""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from time import monotonic

from benchmarks.bots import parley
from benchmarks.row import Row, against, sized, within
from benchmarks.stages import PATIENCE, DiscordStage, SlackStage
from tests.fakes.openai import FakeOpenAI

ROUNDS = sized(500, 100)
WARM_UP = 20
PAUSE = 0.02  # seconds between two commands


def rows() -> list[Row]:
    found = []
    for stage in (SlackCommands(), DiscordCommands()):
        ours, disk = asyncio.run(_p99(stage))
        found.append(within(f"P11 {stage.name}, a command acknowledged, p99 ms, to 2 ms", ours, 2))
        what = f"P11 {stage.name}, a command acknowledged / a lone commit, p99 ms"
        found.append(against(what, ours, disk, 2.0))
    return found


async def _p99(stage: "SlackCommands | DiscordCommands") -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder, closing(_lone(Path(folder))) as lone:
        pairs = []
        async with FakeOpenAI() as openai, stage, parley(stage, openai=openai):
            for _ in range(WARM_UP + ROUNDS):
                await asyncio.sleep(PAUSE)
                ours = await asyncio.wait_for(stage.acknowledged(), PATIENCE)
                await asyncio.sleep(PAUSE)  # Parley writes down that it answered
                pairs.append((ours * 1000, _committed(lone) * 1000))
    ours, disk = (quantiles(times, n=100)[-1] for times in zip(*pairs[WARM_UP:], strict=True))
    return ours, disk


def _lone(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE state (key, value)")
    return connection


def _committed(connection: sqlite3.Connection) -> float:
    began = monotonic()
    connection.execute("INSERT INTO state VALUES ('x', ?)", ("x" * 300,))
    return monotonic() - began


class SlackCommands(SlackStage):
    async def acknowledged(self) -> float:
        began = monotonic()
        envelope = await self.fake.slash("help")
        await envelope.acknowledged.wait()
        return monotonic() - began


class DiscordCommands(DiscordStage):
    async def acknowledged(self) -> float:
        called = self.fake.called_back = asyncio.get_running_loop().create_future()
        began = monotonic()
        await self.fake.slash("help")
        return float(await called) - began
