"""A process that starts a prepared batch: `python -m tests.sandbox.starting FOLDER URL KEY MODEL
ATTEMPT`. Attempt 0 prepares it.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.app import compose
from bot.settings import Settings
from bot.storage.store import open_storage
from tests.fakes.jobs import stand_in
from tests.handlers.batches import given, pressed
from tests.handlers.desk import Desk

ROWS = 1_000


async def main(folder: str, url: str, key: str, model: str, attempt: int) -> None:
    stand_in(pytest.MonkeyPatch())
    async with AsyncExitStack() as stack:
        storage = await open_storage(Path(folder) / "parley.db")
        stack.push_async_callback(storage.close)
        settings = Settings(_env_file=None, openai_base_url=url, openai_api_key=key,
                            chat={"model": model})  # fmt: skip
        desk = Desk(compose(stack, settings, storage), None, storage)
        print("ready", flush=True)  # noqa: T201  who kills us waits for it
        if attempt:
            await desk.screen(pressed(desk, "batch_start", attempt=attempt))
        else:
            table = "".join(f"What is {n}?\n" for n in range(ROWS)).encode()
            await desk.screen(given(desk, "batch ask", file="sums.txt", content=table))


if __name__ == "__main__":
    *words, number = sys.argv[1:]
    asyncio.run(main(*words, int(number)))
