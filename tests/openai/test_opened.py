"""A file is closed, whenever who waits for it is cancelled."""

import asyncio
import threading

import pytest

from bot.opened import opened


async def test_who_is_cancelled_while_a_file_is_opened_leaves_none_open(tmp_path):
    going, files = threading.Event(), []

    def slowly():
        going.wait(5)
        files.append((tmp_path / "a").open("wb"))
        return files[0]

    async def hold():
        async with opened(slowly):
            pytest.fail("it was cancelled before")

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    going.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert files[0].closed


async def test_a_file_that_is_not_there_is_an_error_and_no_more(tmp_path):
    with pytest.raises(FileNotFoundError):
        async with opened((tmp_path / "a").open, "rb"):
            pytest.fail("it is not there")
