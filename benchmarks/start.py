"""P9: the start against the imports it cannot do without, the memory of a bot that idles on both
platforms, and how it grows while it answers.

The floor of the start is a Python that imports the same third-party modules and no more.
"""

import ast
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from statistics import median

import psutil

from benchmarks.bots import ROOT, Bot, clean, ended, parley, started
from benchmarks.row import Row, against, sized, within
from benchmarks.stages import DiscordStage, SlackStage, Stage
from tests.fakes.openai import FakeOpenAI

ROUNDS = sized(9, 3)
IDLE = 3.0  # seconds after it is connected
WARM_UP = sized(2_000, 200)  # messages, until caches and allocators have their size
MESSAGES = int(float(os.environ.get("PARLEY_BENCH_MESSAGES", sized(4_000, 400))))
ROOMS = 50  # a platform; each asks one question after the other
OURS = {"bot", "adapters", "handlers"}


def rows() -> list[Row]:
    return asyncio.run(_rows())


async def _rows() -> list[Row]:
    imports = "\n".join(f"import {module}" for module in sorted(set(_third_party())))
    pairs = [(await _start(), await _imports(imports)) for _ in range(ROUNDS)]
    ours, floor = map(median, zip(*pairs, strict=True))
    async with (
        SlackStage() as slack,
        DiscordStage() as discord,
        FakeOpenAI() as openai,
        parley(slack, discord, openai=openai) as bot,
    ):
        await asyncio.sleep(IDLE)
        idle = bot.memory()
        before, after = await _growth(bot, (slack, discord), openai)
    return [
        against("P9 start, CPU ms / of its imports", ours, floor, 1.2),
        within("P9 idle on both platforms, MiB, to 80", idle, 80),
        against(f"P9 after {WARM_UP + MESSAGES} messages / after {WARM_UP}, MiB",
                after, before, 1.05),
    ]  # fmt: skip


def _third_party() -> Iterator[str]:
    """What Parley imports when it starts with both platforms."""
    for path in (path for room in OURS for path in (ROOT / room).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            match node:
                case ast.Import(names=names):
                    modules = [name.name for name in names]
                case ast.ImportFrom(module=str(module)):
                    modules = [module]
                case _:
                    continue
            yield from (m for m in modules if m.partition(".")[0] not in _KNOWN)


_KNOWN = OURS | sys.stdlib_module_names


async def _start() -> float:
    """Milliseconds of CPU until it prints its address."""
    async with SlackStage() as slack, DiscordStage() as discord, FakeOpenAI() as openai:
        with tempfile.TemporaryDirectory() as folder:
            environment = clean() | slack.fake.environment | discord.fake.environment | {
                "PARLEY_HTTP_PORT": "0", "OPENAI_API_KEY": openai.key,
                "OPENAI_BASE_URL": openai.url,
            }  # fmt: skip
            return await _until_a_line("-m", "bot", "run", folder=folder, environment=environment)


async def _imports(imports: str) -> float:
    line = f"{imports}\nprint('ready', flush=True)\nimport time\ntime.sleep(60)"
    return await _until_a_line("-c", line, folder="/", environment=clean())


async def _until_a_line(*arguments: str, folder: str, environment: dict[str, str]) -> float:
    process = await started(*arguments, folder=folder, environment=environment)
    assert process.stdout
    try:
        assert await process.stdout.readline(), f"{arguments} does not start"
        times = psutil.Process(process.pid).cpu_times()
        return (times.user + times.system) * 1000
    finally:
        await ended(process)


async def _growth(bot: Bot, stages: tuple[Stage, ...], openai: FakeOpenAI) -> tuple[float, float]:
    rooms = [(stage, await stage.room()) for stage in stages for _ in range(ROOMS)]
    await _asked(rooms, WARM_UP, openai)
    before = bot.memory()
    await _asked(rooms, MESSAGES, openai)
    return before, bot.memory()


async def _asked(rooms: list[tuple[Stage, str]], messages: int, openai: FakeOpenAI) -> None:
    left = iter(range(messages))

    async def ask(stage: Stage, room: str) -> None:
        for number in left:
            await stage.ask(room, f"question {number}")
            if number % 100 == 0:
                stage.forget()
                openai.calls.clear()
                openai.bills.clear()

    await asyncio.gather(*(ask(*room) for room in rooms))
    await asyncio.sleep(IDLE)
