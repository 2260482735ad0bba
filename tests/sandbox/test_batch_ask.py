"""A thousand rows by Parley's own desk, against the sandbox: from the CSV to the answered CSV."""

import asyncio
import csv
import io
import sys
from contextlib import AsyncExitStack, suppress

import pytest

from bot.app import compose
from bot.desk.batching import starting
from bot.settings import Settings
from bot.storage.store import open_storage
from tests.fakes.jobs import stand_in
from tests.handlers.batches import content, given, pressed, result
from tests.handlers.desk import Desk
from tests.sandbox.conftest import KEY
from tests.sandbox.test_fine_tuning import CAPITALS, begun, until

ROWS = 1_000
COUNTRIES = list(CAPITALS)


@pytest.fixture(autouse=True)
def watched(monkeypatch):
    return stand_in(monkeypatch)


@pytest.fixture
async def desk(twin, tmp_path):
    """Over a model that the sandbox trained itself, as that answers at once."""
    tuned = await until(twin, await begun(twin, seed=1), "succeeded")
    async with AsyncExitStack() as stack:
        storage = await open_storage(tmp_path / "parley.db")
        stack.push_async_callback(storage.close)
        settings = Settings(_env_file=None, openai_base_url=f"{twin.url}/v1", openai_api_key=KEY,
                            chat={"model": tuned.fine_tuned_model})  # fmt: skip
        yield Desk(compose(stack, settings, storage), None, storage)


def table():
    out = io.StringIO()
    rows = [(n, COUNTRIES[n % len(COUNTRIES)]) for n in range(ROWS)]
    csv.writer(out, delimiter=";").writerows([("n", "country"), *rows])
    return out.getvalue().encode()


async def quoted(desk):
    return await desk.screen(given(desk, "batch ask", file="countries.csv", content=table(),
                                   prompt="What is the capital of {country}?"))  # fmt: skip


async def ended(desk):
    batch = await starting.made(desk.services, "a1")
    async with asyncio.timeout(50):
        while not batch.ended:
            await asyncio.sleep(0.05)
            batch = await desk.services.openai.batches.get(batch.id)
    return batch


async def answered(desk):
    """The rows that came back, and the text beside them."""
    batch = await ended(desk)
    screen = await result(desk, batch.id)
    text = content(screen.media[0]).decode()
    return [*csv.reader(io.StringIO(text, newline=""), delimiter=";")], screen.text


async def test_a_thousand_rows_come_back_with_their_answers(desk):
    await quoted(desk)
    await desk.screen(pressed(desk, "batch_start"))
    rows, text = await answered(desk)
    assert rows[0] == ["n", "country", "answer", "error"]
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(ROWS)]
    assert all(CAPITALS[row[1]] in row[2] and not row[3] for row in rows[1:])
    assert f"**{ROWS:,} of {ROWS:,}** requests were answered." in text


async def test_killed_while_it_is_started_it_is_one_batch_all_the_same(desk, twin):
    await quoted(desk)
    for attempt in range(1, 6):
        start = asyncio.create_task(desk.screen(pressed(desk, "batch_start", attempt=attempt)))
        await asyncio.sleep(0.01 * attempt)  # somewhere on the way
        start.cancel()
        await asyncio.wait([start])
    await desk.screen(pressed(desk, "batch_start", attempt=6))
    assert len([batch async for batch in twin.client.batches.list()]) == 1
    assert len([file async for file in twin.client.files.list(purpose="batch")]) == 1
    rows, _ = await answered(desk)
    assert len(rows) == ROWS + 1


async def run(twin, tmp_path, attempt, dies_after=None):
    """A process of its own, killed so many seconds after it was ready. Returns its status."""
    words = (str(tmp_path), f"{twin.url}/v1", KEY, "ft:nobody", str(attempt))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.starting", *words, stdout=asyncio.subprocess.PIPE
    )
    await child.stdout.readline()
    if dies_after is not None:
        await asyncio.sleep(dies_after)
        with suppress(ProcessLookupError):
            child.kill()
    await child.communicate()
    return child.returncode


@pytest.mark.long
async def test_kill_9_wherever_it_comes_makes_nothing_twice(twin, tmp_path):
    assert await run(twin, tmp_path, 0) == 0
    deaths = [await run(twin, tmp_path, n, 0.04 * n) for n in range(1, 7)]
    assert -9 in deaths
    assert await run(twin, tmp_path, 7) == 0
    assert len([batch async for batch in twin.client.batches.list()]) == 1
    assert len([file async for file in twin.client.files.list(purpose="batch")]) == 1
