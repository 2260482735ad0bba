"""Numbered files, applied once."""

import asyncio
import sqlite3
import sys
from contextlib import closing

import pytest

from bot.storage import migrations
from bot.storage.database import open_database
from bot.storage.migrations import migrate


@pytest.fixture
def connection():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(migrations, "FILES", tmp_path)
    return tmp_path


def version(connection):
    return connection.execute("PRAGMA user_version").fetchone()[0]


def test_the_files_are_numbered_without_a_gap():
    assert sorted(migrations._scripts()) == list(range(1, len(migrations._scripts()) + 1))


def test_a_new_file_is_applied_to_an_old_database(files, connection):
    (files / "0001_first.sql").write_text("CREATE TABLE a (x);\n")
    migrate(connection)
    connection.execute("INSERT INTO a VALUES (7)")
    (files / "0002_second.sql").write_text("-- a; comment\nALTER TABLE a\nADD COLUMN y;\n")
    migrate(connection)
    assert connection.execute("SELECT x, y FROM a").fetchall() == [(7, None)]
    assert version(connection) == 2


def test_a_file_that_fails_leaves_nothing_behind(files, connection):
    (files / "0001_first.sql").write_text("CREATE TABLE a (x);\nCREATE TABLE a (x);\n")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection)
    assert version(connection) == 0
    assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_a_trigger_with_statements_of_its_own_is_one_statement(files, connection):
    (files / "0001_first.sql").write_text(
        "CREATE TABLE a (x);\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n"
        "  DELETE FROM a WHERE x = 1;\n"
        "  DELETE FROM a WHERE x = 2;\n"
        "END;\n"
    )
    migrate(connection)
    assert version(connection) == 1


async def test_several_processes_that_start_at_once_migrate_once(path):
    program = [sys.executable, "-m", "tests.storage.child", "start", str(path)]
    pipe = asyncio.subprocess.PIPE
    children = [
        await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, stderr=pipe)
        for _ in range(4)
    ]
    for child in children:
        assert await child.stdout.readline() == b"ready\n"
    for child in children:
        child.stdin.write(b"\n")
    ends = await asyncio.gather(*[child.communicate() for child in children])
    newest = f"{max(migrations._scripts())}\n".encode()
    assert ends == [(newest, b"")] * 4
    database = await open_database(path)  # and what they made is whole
    assert await database.read(lambda db: db.execute("PRAGMA quick_check").fetchall()) == [("ok",)]
    await database.close()
