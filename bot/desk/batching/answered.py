"""The table of `/batch ask` with its answers."""

import re
from collections.abc import Sequence
from pathlib import Path

from bot.desk.batching import tables
from bot.desk.batching.asking import custom_id
from bot.desk.batching.results import Results, answer
from bot.desk.batching.tables import Table

_ANSWER, _ERROR = "answer", "error"
# What Excel, LibreOffice and Google Sheets take for a formula:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|\.\d+)([eE][+-]?\d+)?%?")


def write(source: Path, table: Table, results: Results, target: Path) -> int:
    """Row by row, in the order of the source. Returns how many have an answer. Raises OSError."""
    answered = 0
    encoding = tables.output_encoding(table)
    with target.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = tables.writer(file, table)
        if names := _names(table):
            writer.writerow(names)
        for number, row in enumerate(tables.rows(source, table), 1):
            said, trouble = _said(results, number)
            answered += bool(said)
            padding = [""] * (table.width - len(row))
            writer.writerow([*row, *padding, harmless(said), harmless(trouble)])
    return answered


def harmless(text: str) -> str:
    """What a model wrote is text, not a formula."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text.strip()):
        return f"'{text}"
    return text


def _said(results: Results, row: int) -> tuple[str, str]:
    found = results.of(custom_id(row))
    return answer(found) if found else ("", "")


def _names(table: Table) -> Sequence[str]:
    """With two more that no column has; none, where the columns of a CSV have none."""
    if table.plain:
        return ("prompt", _ANSWER, _ERROR)
    if not table.columns:
        return ()
    return (*table.columns, _free(_ANSWER, table.columns), _free(_ERROR, table.columns))


def _free(name: str, taken: Sequence[str]) -> str:
    lowered, number, found = {column.casefold() for column in taken}, 2, name
    while found.casefold() in lowered:
        found, number = f"{name} {number}", number + 1
    return found
