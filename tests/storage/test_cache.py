"""The cache: bounded, the least recently used goes first, and a read is hardly ever a write."""

from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest

from bot.storage.cache import DAY, DROPPED, Cache
from bot.storage.store import open_storage


class Time:
    def __init__(self):
        self.now = 20_000 * DAY

    def __call__(self):
        return self.now

    def pass_days(self, days=1):
        self.now += days * DAY


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def caches(database, time):
    return lambda most=1000: Cache(database, most, time)


def key(number):
    return number.to_bytes(32, "big")


def entries(*numbers, size=100):
    return {key(number): bytes([number]) * size for number in numbers}


async def held(database):
    """The sum that is kept of the sizes, and the sum that there is."""
    return await database.read(
        lambda db: (
            db.execute("SELECT bytes FROM cache_size").fetchone()[0],
            db.execute("SELECT coalesce(sum(length(value)), 0) FROM cache").fetchone()[0],
        )
    )


async def test_what_was_put_is_got_and_nothing_else(caches):
    cache = caches()
    await cache.put(entries(1, 2))
    await cache.put({key(1): b"another"})  # the first answer stays
    assert await cache.get([key(2), key(3), key(1), key(2)]) == entries(1, 2)
    assert await cache.get([]) == {}


async def test_those_unused_for_longest_make_room(caches, database, time):
    cache = caches(most=1000)
    await cache.put(entries(*range(10)))
    time.pass_days()
    assert len(await cache.get([key(0), key(1)])) == 2
    await cache.put(entries(10, 11))
    known = await cache.get([key(n) for n in range(12)])
    assert set(known) == {key(n) for n in range(12)} - {key(2), key(3)}
    assert await held(database) == (1000, 1000)


async def test_use_is_written_down_once_a_day_only(caches, database, time):
    cache = caches()
    await cache.put(entries(1, 2))
    with patch.object(database, "write", wraps=database.write) as write:
        for _ in range(3):
            await cache.get([key(1), key(2)])
        assert write.call_count == 0
        time.pass_days()
        for _ in range(3):
            await cache.get([key(1), key(2)])
        assert write.call_count == 1


async def test_one_write_drops_a_bounded_number(caches, database):
    await caches(most=100_000).put(entries(*range(200), size=1))
    cache = caches(most=10)  # the operator has made it smaller
    await cache.put(entries(201, size=1))
    assert await held(database) == (200 - DROPPED, 200 - DROPPED)
    for number in range(202, 206):
        await cache.put(entries(number, size=1))
    assert await held(database) == (10, 10)


async def test_what_is_larger_than_all_of_it_is_not_kept(caches, database):
    cache = caches(most=1000)
    await cache.put(entries(1) | entries(2, size=1001))
    assert await cache.get([key(1), key(2)]) == entries(1)


async def test_at_a_size_of_zero_nothing_is_kept_or_read(caches, database):
    await caches().put(entries(1))
    off = caches(most=0)
    await off.put(entries(2))
    assert await off.get([key(1), key(2)]) == {}
    assert await caches().get([key(2)]) == {}


@asynccontextmanager
async def closed(storage):
    try:
        yield storage
    finally:
        await storage.close()


async def test_a_start_without_a_cache_empties_it(path):
    for most, expected in ((1000, (100, 100)), (0, (0, 0))):
        async with closed(await open_storage(path, most)) as storage:
            if most:
                await storage.cache.put(entries(1))
            assert await held(storage.database) == expected


async def test_two_processes_share_its_size(caches, database):
    one, other = caches(most=300), caches(most=300)
    await one.put(entries(1, 2))
    await other.put(entries(2, 3))
    await one.put(entries(4))
    assert await held(database) == (300, 300)
    assert set(await other.get([key(n) for n in range(5)])) == {key(2), key(3), key(4)}
