"""P1: from a mention to the first post, as the platform sees both; Parley with its inbox, outbox,
books and memory, against a bot that has none of them.

Milliseconds, medians; the two take turns, each on a platform of its own.
"""

import asyncio
from statistics import median

from benchmarks.bots import rivals
from benchmarks.row import Row, against, sized, within
from benchmarks.stages import Stage
from tests.fakes.openai import FakeOpenAI

ROUNDS = sized(200, 20)
WARM_UP = 5
PAUSE = 0.05  # seconds between two questions
KINDS = {"a fixed answer": " ", "the model's first words": "hi"}  # question by what is awaited


def rows() -> list[Row]:
    return [row for platform in ("Slack", "Discord") for row in asyncio.run(_platform(platform))]


async def _platform(platform: str) -> list[Row]:
    async with (
        FakeOpenAI() as openai,
        rivals(platform, openai) as ((_, ours), (_, floor)),
    ):
        found = []
        for kind, question in KINDS.items():
            mine, bare = await _compare(ours, floor, question)
            found.append(against(f"P1 {platform}, mention to {kind}, ms", mine, bare, 2.0))
        found.append(
            within(f"P1 {platform}, the same to 10 ms, model and network included", mine, 10)
        )
        return found


async def _compare(ours: Stage, floor: Stage, question: str) -> tuple[float, float]:
    times = []
    for number in range(WARM_UP + ROUNDS):
        pair = []
        for stage in (ours, floor) if number % 2 else (floor, ours):
            room = await stage.room()
            await asyncio.sleep(PAUSE)
            pair.append((await stage.ask(room, question)) * 1000)
        times.append(pair if number % 2 else pair[::-1])
    mine, bare = map(median, zip(*times[WARM_UP:], strict=True))
    return mine, bare
