"""What can be wrong with the database, in sentences that say what to do."""

import sqlite3
from pathlib import Path

from bot.errors import ParleyError


class DatabaseProblem(ParleyError):
    """Parley cannot start on this database."""


class StorageUnavailable(ParleyError):
    """Nothing of what was to be written is written: no space, locked, read-only, damaged."""


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another program; stop that program, then try again",
    sqlite3.SQLITE_LOCKED: "is locked by another program; stop that program, then try again",
    sqlite3.SQLITE_READONLY: "is read-only; let the user that Parley runs as write the file and "
    "its folder",
    sqlite3.SQLITE_IOERR: "could not be read or written; look at its disk, the space left there "
    "and the system's log",
    sqlite3.SQLITE_CORRUPT: "is damaged; stop Parley and put a backup in its place",
    sqlite3.SQLITE_FULL: "has no space left; free some on its disk, then try again",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; let the user that Parley runs as write the file "
    "and its folder, or set PARLEY_DATABASE_URL to another",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; move it away or set PARLEY_DATABASE_URL to "
    "another file",
}


def sentence(error: sqlite3.Error | OSError, path: Path) -> str | None:
    """What to do about it; None for an error of the SQL itself, which is a bug."""
    if path.is_dir():
        return f"The database {path} is a folder; set PARLEY_DATABASE_URL to a file in it."
    if not path.parent.is_dir():
        return f"The database {path} is in a folder that does not exist; make the folder."
    said = _SENTENCES.get(_code(error))
    return said and f"The database {path} {said}."


def explained(error: Exception, path: Path) -> Exception:
    """The error as those who write and read should see it."""
    if isinstance(error, sqlite3.Error) and (said := sentence(error, path)):
        return StorageUnavailable(said, f"{_name(error)}: {error}")
    return error


def problem(error: sqlite3.Error | OSError, path: Path) -> DatabaseProblem:
    said = sentence(error, path) or f"The database {path} cannot be used: {error}."
    return DatabaseProblem(said, f"{_name(error)}: {error}")


def _code(error: sqlite3.Error | OSError) -> int:
    if isinstance(error, OSError):
        return sqlite3.SQLITE_CANTOPEN
    # The low byte is the primary code; Python's own errors (a closed connection) carry none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _name(error: sqlite3.Error | OSError) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)
