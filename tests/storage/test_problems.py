"""A database that Parley cannot start on: each gets its sentence, and is left as it was."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.database import open_database
from bot.storage.problems import DatabaseProblem

NOBODY = 65534


async def problem_of(path):
    with pytest.raises(DatabaseProblem) as raised:
        await open_database(path, patience=0.05)
    return raised.value.sentence


async def make(path):
    await (await open_database(path)).close()


async def test_a_missing_folder(tmp_path):
    said = await problem_of(tmp_path / "nowhere" / "parley.db")
    assert "make the folder" in said


async def test_a_folder(tmp_path):
    said = await problem_of(tmp_path)
    assert f"{tmp_path} is a folder" in said
    assert "PARLEY_DATABASE_URL" in said


async def test_not_a_database(path):
    path.write_text("Dear diary, " * 1000)
    assert "is not a SQLite database; move it away" in await problem_of(path)
    assert path.read_text().startswith("Dear diary")


async def test_a_damaged_database(path):
    await make(path)
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)  # the first page behind the file's header: the schema
    path.write_bytes(content)
    assert "damaged; stop Parley and put a backup in its place" in await problem_of(path)


async def test_a_database_cut_short(path):
    await make(path)
    path.write_bytes(path.read_bytes()[:5000])
    assert "damaged" in await problem_of(path)


async def test_a_locked_database(path):
    await make(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "locked by another program; stop that program" in await problem_of(path)
    await make(path)


async def test_a_newer_version(path):
    await make(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 4711")
    said = await problem_of(path)
    assert "version 4711" in said
    assert "install a newer Parley" in said


async def test_a_place_where_no_file_can_be_made():
    assert "let the user that Parley runs as write" in await problem_of(Path("/proc/parley.db"))


async def test_a_disk_that_takes_nothing(path):
    """The kernel's file size limit stands in for it, in a process of its own."""
    program = [sys.executable, "-m", "tests.storage.child", "cramped", str(path)]
    done = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, text=True, timeout=30, check=True
    )
    assert "look at its disk, the space left there" in done.stdout


@pytest.fixture
def open_folder():
    """A folder that anybody can look into, as pytest's own cannot."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def powerless():
    """Root writes what is read-only: be somebody else meanwhile."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(user)


async def _read_only(folder):
    await make(folder / "parley.db")
    (folder / "parley.db").chmod(0o444)
    folder.chmod(0o555)
    return folder / "parley.db"


async def test_a_read_only_database(open_folder, request):
    path = await _read_only(open_folder)
    request.getfixturevalue("powerless")
    said = await problem_of(path)
    assert "read-only" in said or "cannot be opened" in said
    assert "let the user that Parley runs as write the file" in said
