"""Numbered SQL files, applied at start. `PRAGMA user_version` holds the last one's number."""

import sqlite3
from collections.abc import Iterator
from importlib import resources

from bot.storage.problems import DatabaseProblem

FILES = resources.files("bot.storage.sqlite.migrations")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest version, all or nothing. Of several processes that start
    at once, one does it while the others wait for its lock. Raises DatabaseProblem.
    """
    connection.execute("BEGIN IMMEDIATE")  # fails where the database cannot be written at all
    try:
        _apply(connection, _scripts())
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, scripts: dict[int, str]) -> None:
    newest = max(scripts)
    ((version,),) = connection.execute("PRAGMA user_version")
    if version > newest:
        raise DatabaseProblem(
            f"The database is of version {version}, and this Parley knows {newest}: install a "
            "newer Parley, or set PARLEY_DATABASE_URL to another file."
        )
    for number in sorted(number for number in scripts if number > version):
        for statement in _statements(scripts[number]):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


def _scripts() -> dict[int, str]:
    """`0001_first.sql` is number 1."""
    files = (file for file in FILES.iterdir() if file.name.endswith(".sql"))
    return {int(file.name.split("_")[0]): file.read_text("utf-8") for file in files}


def _statements(script: str) -> Iterator[str]:
    """One by one, because sqlite3's executescript commits the transaction it finds."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
