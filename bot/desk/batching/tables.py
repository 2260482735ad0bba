"""Tables that people upload: CSV in any usual dialect, or a text with a prompt a line."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import Refused

LONGEST = 2**20  # characters of a cell
_HEAD = 2**16  # bytes that are looked at to know the dialect
_ROWS = 20  # of the head
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Table(msgspec.Struct, frozen=True):
    """What is known of one. `columns`: the names in its first row, if that has names."""

    name: str  # as it was uploaded
    encoding: str
    delimiter: str = ","
    terminator: str = "\n"
    quoted: bool = False  # every cell is in quotes
    columns: tuple[str, ...] = ()
    width: int = 1
    plain: bool = False  # a text: each line is a row


def look(path: Path, name: str, known: Sequence[str] = (), *, headed: bool = False) -> Table:
    """The first row of a CSV has the names of the columns where it has one of those `known`, or
    must have them (`headed`). Raises Refused, OSError.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = _encoding(path, name, head)
    text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head)
    if "\0" in text:
        raise Refused(f"“{name}” is no text. `/batch ask` takes CSV and text files.")
    terminator = "\r\n" if "\r\n" in text else "\n"
    if not name.lower().endswith((".csv", ".tsv", ".tab")):
        return Table(name, encoding, terminator=terminator, plain=True)
    delimiter = _delimiter(text, complete=len(head) < _HEAD)
    first = next(iter(_parsed(text, delimiter)), [])
    names = tuple(cell.strip() for cell in first)
    headed = headed or bool({n.casefold() for n in names} & {n.casefold() for n in known})
    return Table(
        name, encoding, delimiter, terminator, _all_quoted(text, delimiter),
        names if headed else (), len(first) or 1,
    )  # fmt: skip


def rows(path: Path, table: Table) -> Iterator[list[str]]:
    """Without the row of names. Raises Refused with the line that is none."""
    with path.open(encoding=table.encoding, newline="") as file:
        if table.plain:
            yield from ([line.rstrip("\r\n")] for line in file)
            return
        csv.field_size_limit(LONGEST)
        reader = csv.reader(file, delimiter=table.delimiter)
        try:
            for number, row in enumerate(reader):
                if number or not table.columns:
                    yield row
        except csv.Error as error:
            raise Refused(
                f"Line {reader.line_num:,} of “{table.name}” is no CSV: {error}."
            ) from None


def writer(file: Any, table: Table) -> Any:
    """Rows in the dialect of the table."""
    return csv.writer(
        file,
        delimiter=table.delimiter,
        lineterminator=table.terminator,
        quoting=csv.QUOTE_ALL if table.quoted else csv.QUOTE_MINIMAL,
    )


def output_encoding(table: Table) -> str:
    """What answers may not fit into is written as UTF-8, with the mark by which Excel knows it."""
    return "utf-8-sig" if table.encoding == "cp1252" else table.encoding


def _encoding(path: Path, name: str, head: bytes) -> str:
    """Raises Refused."""
    marked = [encoding for mark, encoding in _MARKS if head.startswith(mark)]
    for encoding in marked or ("utf-8", "cp1252"):
        if _readable(path, encoding):
            return encoding
    raise Refused(f"“{name}” is no text that Parley can read. Save it as UTF-8.")


def _readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(2**20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimiter(text: str, *, complete: bool) -> str:
    """By which the rows are equally wide; else the one of which the first row has most."""

    def fitness(delimiter: str) -> tuple[bool, int]:
        found = _parsed(text, delimiter)
        if not complete:
            found = found[:-1] or found  # which may be cut
        widths = [len(row) for row in found[:_ROWS] if row]
        widest = widths[0] if widths else 1
        return widest > 1 and len(set(widths)) == 1, widest

    best = max(_DELIMITERS, key=fitness)
    return best if fitness(best)[1] > 1 else ","


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    """The first rows; what is no CSV beyond them is told by `rows`."""
    found: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            found.append(row)
            if len(found) > _ROWS:
                break
    except csv.Error:
        pass
    return found


def _all_quoted(text: str, delimiter: str) -> bool:
    line = text.partition("\n")[0].rstrip("\r").removeprefix("\ufeff")
    cell = r'"(?:[^"]|"")*"'
    return bool(re.fullmatch(f"{cell}(?:{re.escape(delimiter)}{cell})*", line))
