"""What `python -m bot` says, and how it ends, before anything runs."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit

import pytest

from bot import __version__
from tests.app.process import ROOT
from tests.reports.desk import book

UNUSABLE = 2
SECRET = "hush-7f3a9c"


def sentence(done):
    """The one line of a start that cannot be: no traceback, nothing on stdout."""
    assert (done.status, done.out) == (UNUSABLE, ""), done.err
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("parley: ")
    return lines[0].removeprefix("parley: ")


async def test_it_says_what_it_can_do(parley):
    helped, versioned, nothing, unknown = await asyncio.gather(
        parley.run("--help"), parley.run("--version"), parley.run(), parley.run("dance")
    )
    assert helped.status == versioned.status == 0
    assert all(name in helped.out for name in ("run", "doctor", "migrate", ".env.example"))
    assert versioned.out == f"parley {__version__}\n"
    assert nothing.status == unknown.status == UNUSABLE
    assert "usage: parley" in nothing.err
    assert "invalid choice: 'dance'" in unknown.err


async def test_migrate_makes_the_database_and_can_be_repeated(parley):
    for _ in range(2):
        done = await parley.run("migrate", PARLEY_DATABASE_URL="sqlite:///kept.db")
        assert (done.status, done.out) == (0, "kept.db is up to date.\n")
    assert [path.name for path in parley.folder.iterdir()] == ["kept.db"]


async def test_usage_is_exported_as_csv(parley):
    settings = {"PARLEY_DATABASE_URL": "sqlite:///kept.db", "PARLEY_TIMEZONE": "Europe/Berlin"}
    await parley.run("migrate", **settings)
    with closing(sqlite3.connect(parley.folder / "kept.db")) as connection, connection:
        book(connection, author="page:ada", workspace="page:local")
    done = await parley.run("usage", "export", "--since", "2026-11-20", **settings)
    head, row = done.out.splitlines()
    assert done.status == 0, done.err
    assert head.startswith("day,person,person_name,")
    assert row.startswith("2026-11-23,page:ada,,slack:T1:C1,,chat,gpt-4o-mini,0.010000,1,")


async def test_what_usage_cannot_do_is_a_sentence(parley):
    settings = {"PARLEY_DATABASE_URL": "sqlite:///kept.db"}
    no_key = await parley.run("usage", "reconcile", **settings)
    assert "set it as OPENAI_ADMIN_KEY" in sentence(no_key)
    wrong = await parley.run("usage", "export", "--since", "yesterday", **settings)
    assert "a day like 2026-11-30" in sentence(wrong)


WRONG = {
    "PARLEY_HTTP_PORT": "eighty",
    "PARLEY_DATABASE_URL": "mysql://me:hush-7f3a9c@host/db",
    "PARLEY_TIMEZONE": "Mars/Olympus",
    "PARLEY_BUDGET_PERSON_DAY": "-1",
    "PARLEY_ADMINS": "ada",
    "PARLEY_LOG_LEVEL": "LOUD",
    "PARLEY_CATALOGUE": "/nowhere/models.toml",
    "SLACK_BOT_TOKEN": f"xoxp-{SECRET}",
    "SLACK_APP_TOKEN": f"xoxb-{SECRET}",
    "SLACK_API_URL": "slack",
    "DISCORD_API_URL": "discord",
    "DISCORD_GATEWAY_URL": "https://gateway",
    "OPENAI_BASE_URL": "api.openai.com",
}


@pytest.mark.parametrize("names", [list(WRONG)[:5], list(WRONG)[5:9], list(WRONG)[9:]])
async def test_a_wrong_value_ends_the_start_and_its_variable_is_named(parley, names):
    secrets = {"OPENAI_API_KEY": f"sk-{SECRET}", "PARLEY_PAGE_PASSWORD": SECRET}
    starts = (parley.run("run", **(secrets | {name: WRONG[name]})) for name in names)
    for name, done in zip(names, await asyncio.gather(*starts), strict=True):
        assert name in sentence(done)
        assert SECRET not in done.said


async def test_a_file_of_settings_is_read_and_the_environment_goes_before_it(parley):
    (parley.folder / ".env").write_text(
        "PARLEY_DATABASE_URL=sqlite:///file.db\nPARLEY_ADMINS=ada\n"
    )
    done = await parley.run("migrate", PARLEY_ADMINS="slack:T1:U1")
    assert done.out == "file.db is up to date.\n"
    assert "PARLEY_ADMINS" in sentence(await parley.run("migrate"))


async def test_a_port_in_use(parley, key):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        said = sentence(await parley.run("run", **key, PARLEY_HTTP_PORT=port))
    assert f"Port {port} on 127.0.0.1 is in use" in said
    assert "PARLEY_HTTP_PORT" in said


async def test_a_host_that_is_not_ours(parley, key):
    said = sentence(await parley.run("run", **key, PARLEY_HTTP_HOST="192.0.2.1", PARLEY_PAGE="off"))
    assert "set PARLEY_HTTP_HOST" in said


def make(path, **pragmas):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
    return path.name


async def test_a_database_that_cannot_be_used(parley, key):
    """Each gets its sentence, from `run` as from `migrate`."""
    folder = parley.folder
    (folder / "folder").mkdir()
    (folder / "diary").write_text("Dear diary, " * 1000)
    expected = {
        "folder": "is a folder",
        "diary": "is not a SQLite database; move it away",
        "nowhere/parley.db": "make the folder",
        "/proc/parley.db": "let the user that Parley runs as write",
        make(folder / "newer", user_version=4711): "install a newer Parley",
    }
    for command in ("run", "migrate"):
        starts = (
            parley.run(command, **key, PARLEY_DATABASE_URL=f"sqlite:///{name}") for name in expected
        )
        for said, done in zip(expected.values(), await asyncio.gather(*starts), strict=True):
            assert said in sentence(done)


async def test_a_database_that_is_locked_and_a_disk_that_is_full(parley):
    make(parley.folder / "locked")
    with closing(sqlite3.connect(parley.folder / "locked", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked, full = await asyncio.gather(
            parley.run("migrate", PARLEY_DATABASE_URL="sqlite:///locked"),
            parley.run("migrate", PARLEY_DATABASE_URL="sqlite:///full", before=no_space),
        )
    assert "is locked by another program; stop that program" in sentence(locked)
    assert "look at its disk, the space left there" in sentence(full)


def no_space():
    """As far as files go, the kernel's limit on their size is a full disk."""
    setrlimit(RLIMIT_FSIZE, (8192, RLIM_INFINITY))


async def test_without_a_key_and_without_a_sandbox_it_says_what_to_set(parley):
    """A package that is not there is one that cannot be found."""
    (parley.folder / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'xllamacpp' else find(name, *a)\n"
    )
    said = sentence(await parley.run("run", PYTHONPATH=f"{parley.folder}:{ROOT}"))
    assert said.startswith("OPENAI_API_KEY is not set, and the sandbox")
    assert "set the key, or `pip install" in said
