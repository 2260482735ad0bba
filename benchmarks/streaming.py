"""P5: the CPU time of long streamed answers, twenty at once, against a bot that streams and edits
at the same pace with nothing around it. P6: how often they are written. P7: nobody waits for the
others' answers.

Milliseconds; medians of rounds in which the two take turns, each on a platform of its own.
"""

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.bots import Bot, rivals
from benchmarks.floor.model import INTERVAL as EDITS
from benchmarks.row import Row, against, sized, within
from benchmarks.stages import PATIENCE, Stage
from tests.fakes.openai import FakeOpenAI

ROUNDS = sized(5, 1)
TOGETHER = 20
ANSWER = "word " * 299 + "end"
INTERVAL = 0.01  # seconds between chunks
SETTLED = 1.5  # seconds after the last words: the last edit, with its buttons, has gone out
LOOK = 0.05  # seconds
STALL_GOAL = 1.25  # with a channel that hangs / without: the noise of twenty first words


class Crowd(NamedTuple):
    cpu: float  # milliseconds a message
    writes: float  # a message
    median: float  # milliseconds to the first visible word
    last: float


def rows() -> list[Row]:
    return [row for platform in ("Slack", "Discord") for row in asyncio.run(_platform(platform))]


async def _platform(platform: str) -> list[Row]:
    async with (
        FakeOpenAI(interval=INTERVAL) as openai,
        rivals(platform, openai) as (ours, theirs),
    ):
        for bot, stage in (ours, theirs):
            await _crowd(bot, stage, openai, 3)  # to warm up
        pairs = [await _pair(number, ours, theirs, openai) for number in range(ROUNDS)]
        mine, bare = (_middle(crowds) for crowds in zip(*pairs, strict=True))
        await ours[1].stall()
        hampered = _middle([await _crowd(*ours, openai) for _ in range(ROUNDS)])
    writes = f"{mine.writes:.1f} writes, floor {bare.writes:.1f}"
    return [
        against(f"P5 {platform}, {TOGETHER} at once, CPU ms a reply ({writes})",
                mine.cpu, bare.cpu, 1.5),
        within(f"P6 {platform}, writes a reply, to its length / the interval + 2",
               mine.writes, len(ANSWER.split()) * INTERVAL / EDITS + 2),
        against(f"P7 {platform}, first word, ms: last of {TOGETHER} / median",
                mine.last, mine.median, 2.0),
        against(f"P7 {platform}, first word, ms: last, a channel stalled / none",
                hampered.last, mine.last, STALL_GOAL),
    ]  # fmt: skip


async def _pair(
    number: int, ours: tuple[Bot, Stage], theirs: tuple[Bot, Stage], openai: FakeOpenAI
) -> tuple[Crowd, Crowd]:
    if number % 2:
        return await _crowd(*ours, openai), await _crowd(*theirs, openai)
    bare = await _crowd(*theirs, openai)
    return await _crowd(*ours, openai), bare


async def _crowd(bot: Bot, stage: Stage, openai: FakeOpenAI, size: int = TOGETHER) -> Crowd:
    rooms = [await stage.room() for _ in range(size)]
    await asyncio.sleep(SETTLED)
    openai.answers.extend([ANSWER] * size)
    began, written = bot.cpu(), stage.writes
    waits = await asyncio.gather(*(stage.ask(room, "tell me") for room in rooms))
    await _said(stage, rooms)
    cpu, writes = bot.cpu() - began, stage.writes - written
    return Crowd(cpu * 1000 / size, writes / size, median(waits) * 1000, max(waits) * 1000)


async def _said(stage: Stage, rooms: Sequence[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(stage.said(room) != ANSWER for room in rooms):
            await asyncio.sleep(LOOK)
    await asyncio.sleep(SETTLED)


def _middle(crowds: Sequence[Crowd]) -> Crowd:
    return Crowd(*map(median, zip(*crowds, strict=True)))
