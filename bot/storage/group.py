"""What runs on the writer's thread: a group of works in one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")
Work: TypeAlias = Callable[[sqlite3.Connection], Any]


class Outcome(NamedTuple):
    result: Any
    error: Exception | None


def commit_group(connection: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome]:
    """Durable when it returns. A work that raises is rolled back alone, and its error is its
    outcome; what this raises has happened to all of them.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_attempt(connection, work) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _attempt(connection: sqlite3.Connection, work: Work) -> Outcome:
    connection.execute("SAVEPOINT work")
    try:
        outcome = Outcome(_result(work, connection), None)
    except Exception as error:
        if not connection.in_transaction:  # on a full disk SQLite itself gives up the whole
            raise
        connection.execute("ROLLBACK TO work")
        outcome = Outcome(None, error)
    connection.execute("RELEASE work")
    return outcome


def look(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """All that the work reads is of one moment."""
    connection.execute("BEGIN")
    try:
        return _result(work, connection)
    finally:
        connection.execute("ROLLBACK")


def _result(work: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
    try:
        return work(connection)
    except StopIteration as error:
        # A future cannot carry it: whoever waits would wait for ever.
        raise RuntimeError("a work asked for a row that is not there") from error
