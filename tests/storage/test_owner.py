"""Who is dead, told from who is only slow."""

import asyncio
import fcntl
import os
import secrets
import signal
import sys
import time
from contextlib import asynccontextmanager

import pytest

from bot.storage.database import open_database
from bot.storage.inbox import Inbox
from bot.storage.owner import Owner
from tests.storage.said import said


@asynccontextmanager
async def child(what, path):
    """Another process; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.child", what, str(path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def kill(process):
    process.kill()
    await process.wait()


def owners(db):
    return {owner for (owner,) in db.execute("SELECT owner FROM owners")}


def locks(path):
    return {file.name.partition(".owner-")[2] for file in path.parent.glob("*.owner-*")}


async def test_a_killed_process_loses_its_rows_and_a_living_one_never(path, database):
    async with child("take", path) as process:
        assert await process.stdout.readline() == b"taken\n"
        assert await Inbox(database).abandoned() == []
        os.kill(process.pid, signal.SIGSTOP)  # slow is not dead
        assert await Inbox(database).abandoned() == []
        await kill(process)
        taken = await Inbox(database).abandoned()
    assert [event.event.id for event in taken] == [str(number) for number in range(10)]
    assert await Inbox(database).abandoned() == []


async def test_two_survivors_share_what_a_dead_process_left(path, database):
    survivor = await open_database(path)
    async with child("take", path) as process:
        await process.stdout.readline()
        await kill(process)
        halves = await asyncio.gather(*[Inbox(each).abandoned(5) for each in (database, survivor)])
    await survivor.close()
    assert sorted(taken.event.id for half in halves for taken in half) == list("0123456789")


async def test_the_heartbeat_buries_the_dead_and_renews_the_lease(path, database):
    async with child("take", path) as process:
        await process.stdout.readline()
        await kill(process)
    assert len(locks(path)) == 2
    await database.write(lambda db: db.execute("UPDATE owners SET lease_until = 0"))
    await database.write(database.owner.renew)
    assert locks(path) == await database.read(owners) == {database.owner.id}
    ((lease,),) = await database.read(
        lambda db: db.execute("SELECT lease_until FROM owners").fetchall()
    )
    assert time.time() < lease <= time.time() + 30


async def test_a_buried_owner_is_still_dead_to_those_who_find_its_work(path, database):
    other = await open_database(path)
    await Inbox(other).accept(said())
    await other.close()
    assert len(await Inbox(database).abandoned()) == 1


@pytest.mark.parametrize(("left", "dead"), [(20, False), (-1, True)])
async def test_without_a_lock_file_the_lease_decides(database, left, dead):
    """As after a move to another machine."""
    name = secrets.token_urlsafe(9)
    row = (name, time.time() + left)
    await database.write(lambda db: db.execute("INSERT INTO owners VALUES (?, ?)", row))
    await database.write(database.owner.renew)
    assert database.owner.dead(name) is dead
    assert (name in await database.read(owners)) is not dead


def test_this_process_is_not_dead_and_an_unknown_one_is(path):
    owner = Owner(path)
    assert not owner.dead(owner.id)
    assert owner.dead("who")
    owner.close()


def test_two_who_look_at_once_do_not_take_each_other_for_the_owner(path):
    gone, first, second = Owner(path), Owner(path), Owner(path)
    gone.close()
    with first._file(gone.id).open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert second.dead(gone.id)
    first.close()
    second.close()


async def test_every_acknowledged_event_survives_kill_9(path):
    async with child("pour", path) as process:
        acknowledged = [await process.stdout.readline() for _ in range(300)]
        await kill(process)
        acknowledged += (await process.stdout.read()).splitlines(keepends=True)
    database = await open_database(path)
    found = {taken.event.id for taken in await Inbox(database).abandoned()}
    assert {line.decode().strip() for line in acknowledged if line.endswith(b"\n")} <= found
    check = await database.read(lambda db: db.execute("PRAGMA integrity_check").fetchall())
    assert check == [("ok",)]
    await database.close()
