"""How turns are numbered: thread << BITS | sequence; a question is even, its answer is next."""

import sqlite3

BITS = 24
_SPAN = 400  # ids of the last turns that are read at most, and up to _STEP more
_STEP = 128  # the first of them stays the same for so many ids


def conversation(connection: sqlite3.Connection, delivery: str) -> str:
    """The key of the place that remembers what was said in this delivery; "" where none does."""
    query = (
        f"SELECT key FROM turns JOIN threads ON threads.id = turns.id >> {BITS} WHERE delivery = ?"  # noqa: S608  a constant
    )
    (key,) = next(connection.execute(query, (delivery,)), ("",))
    return str(key)


def span_start(connection: sqlite3.Connection, first: int, end: int) -> int:
    """The first id to read, of those from `first` to before `end`: of a bounded number, and the
    same for many turns, so that what is sent to the model begins the same.
    """
    query = "SELECT max(id) FROM turns WHERE id >= ? AND id < ?"
    ((last,),) = connection.execute(query, (first, end))
    return max(first, ((last or first) - _SPAN) // _STEP * _STEP)
