"""One owner of writes, groups, readers."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from bot.storage import database as database_module
from bot.storage.database import open_database
from bot.storage.problems import StorageUnavailable


def put(key, value="1"):
    return lambda db: db.execute("INSERT INTO state VALUES (?, ?)", (key, value)).rowcount


def keys(db):
    return [key for (key,) in db.execute("SELECT key FROM state ORDER BY key")]


def refuse(db):
    raise LookupError("no")


@pytest.fixture
async def traced(database):
    """All SQL that the writer runs."""
    statements = []
    await database.write(lambda db: db.set_trace_callback(statements.append))
    return statements


async def test_a_read_sees_each_write_that_returned(database):
    for number in range(20):
        await database.write(put(f"{number:02}"))
        assert len(await database.read(keys)) == number + 1


async def test_writes_that_wait_together_share_one_commit(database, traced):
    await asyncio.gather(*[database.write(put(f"{number:03}")) for number in range(100)])
    assert traced.count("COMMIT") <= 3  # one for the trace itself, one for the hundred
    assert len(await database.read(keys)) == 100


async def test_writes_that_follow_each_other_keep_their_group_together(database, traced):
    async def one(name):
        for number in range(10):
            await database.write(put(f"{name}-{number}"))

    await asyncio.gather(*[one(name) for name in range(20)])
    assert traced.count("COMMIT") <= 15


async def test_a_failing_work_undoes_itself_and_nothing_else(database):
    def half(db):
        put("half")(db)
        raise LookupError("no")

    results = await asyncio.gather(
        database.write(put("a")), database.write(half), database.write(put("b")),
        database.write(refuse), database.write(put("a")), return_exceptions=True,
    )  # fmt: skip
    kinds = [result if result == 1 else type(result) for result in results]
    assert kinds == [1, LookupError, 1, LookupError, sqlite3.IntegrityError]
    assert await database.read(keys) == ["a", "b"]


async def test_a_cancelled_waiter_does_not_break_its_group(database):
    first, second = (asyncio.create_task(database.write(put(key))) for key in "ab")
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    assert first.cancelled()
    assert await database.read(keys) == ["a", "b"]


async def test_a_read_is_of_one_moment(path, database):
    def twice(db):
        before = keys(db)
        with sqlite3.connect(path, isolation_level=None) as other:
            put("between")(other)
        other.close()
        return before, keys(db)

    before, after = await database.read(twice)
    assert before == after == []


async def test_a_reader_cannot_write(database):
    with pytest.raises(StorageUnavailable, match="readonly"):
        await database.read(put("a"))


async def test_a_failed_read_leaves_the_reader_usable(database):
    for _ in range(5):
        with pytest.raises(LookupError):
            await database.read(refuse)
    assert await database.read(keys) == []


async def test_a_work_that_runs_out_of_rows_keeps_nobody_waiting(database):
    def first(db):
        return next(db.execute("SELECT * FROM state"))

    for way in (database.read, database.write):
        with pytest.raises(RuntimeError, match="a row that is not there"):
            await way(first)


async def test_the_lease_is_renewed_again_and_again(path, monkeypatch):
    monkeypatch.setattr(database_module, "HEARTBEAT", 0.01)
    database = await open_database(path)

    def leases(db):
        return [lease for (lease,) in db.execute("SELECT lease_until FROM owners")]

    for _ in range(2):
        await database.write(lambda db: db.execute("UPDATE owners SET lease_until = 0").rowcount)
        async with asyncio.timeout(5):
            while await database.read(leases) == [0]:
                pass
    await database.close()


async def test_a_heartbeat_that_fails_is_told_and_tried_again(path, monkeypatch, caplog):
    monkeypatch.setattr(database_module, "HEARTBEAT", 0.01)
    database = await open_database(path, patience=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):
            while caplog.text.count("the lease was not renewed") < 2:
                await database.read(keys)
    await database.close()


async def test_close_finishes_what_waits_and_leaves_one_file(path):
    database = await open_database(path)
    writes = [asyncio.create_task(database.write(put(str(n)))) for n in range(50)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*writes) == [1] * 50
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_after_close_a_write_is_refused_with_a_sentence(path):
    database = await open_database(path)
    await database.close()
    with pytest.raises(StorageUnavailable) as refused:
        await database.write(put("late"))
    assert "shutting down" in refused.value.sentence


async def test_the_database_is_durable_and_strict(database):
    def pragmas(db):
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1, 50]


async def _all_refused(database, count=8):
    """Every write of one group fails with the same kind of sentence."""
    results = await asyncio.gather(
        *[database.write(put(f"refused-{n}", "x" * 20_000)) for n in range(count)],
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {StorageUnavailable}
    (sentence,) = {result.sentence for result in results}
    return sentence


async def test_a_full_disk_refuses_the_write_and_recovers(database):
    await database.write(lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())
    assert "no space" in await _all_refused(database)
    await database.write(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    await database.write(put("again"))
    assert await database.read(keys) == ["again"]


async def test_a_database_locked_by_another_program_refuses_the_write_and_recovers(path, database):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked by another program" in await _all_refused(database)
    other.close()
    await database.write(put("again"))
    assert await database.read(keys) == ["again"]


async def test_a_database_that_became_read_only_refuses_the_write_and_recovers(database):
    def query_only(db, value):
        db.execute(f"PRAGMA query_only = {value}")

    await database._writer._line.run(query_only, "ON")
    assert "read-only" in await _all_refused(database)
    await database._writer._line.run(query_only, "OFF")
    await database.write(put("again"))
    assert await database.read(keys) == ["again"]


async def test_when_the_system_refuses_to_write_more_only_acknowledged_rows_are_there(path):
    """The kernel's file size limit strikes in the middle of commits and checkpoints."""
    program = [sys.executable, "-m", "tests.storage.child", "fill", str(path)]
    done = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    acknowledged, refused, found = map(int, done.stdout.split())
    assert acknowledged
    assert refused
    assert acknowledged + refused == 400
    assert found == acknowledged + 1
