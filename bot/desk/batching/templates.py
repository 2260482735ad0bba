"""`Translate {text} to {language}`: a prompt for each row of a table."""

import re
from collections.abc import Callable, Sequence

from bot.errors import Refused

PROMPTS = ("prompt", "question")  # what a column of prompts is called
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}\n]{1,100})\}")
_NAMED = 20  # columns in a sentence

Row = Sequence[str]


def names(template: str) -> list[str]:
    """Of the columns that it asks for."""
    return [name.strip() for name in _PLACE.findall(template) if name]


def prompter(template: str, columns: Sequence[str], width: int) -> Callable[[Row], str]:
    """The prompt of a row; "" where the row has nothing. Without a template a row has a prompt;
    where it names no column, what the row has follows it. Raises Refused.
    """
    places = {name.casefold(): number for number, name in reversed(list(enumerate(columns)))}
    wanted = names(template)
    for name in wanted:
        if name.casefold() not in places:
            raise Refused(_unknown(name, columns))
    if wanted:
        return lambda row: _filled(template, row, places) if any(map(str.strip, row)) else ""
    whole = _whole(columns, width, template)
    if not template:
        return whole
    return lambda row: f"{template}\n\n{said}" if (said := whole(row)) else ""


def _filled(template: str, row: Row, places: dict[str, int]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        place = places[found[1].strip().casefold()]
        return row[place] if place < len(row) else ""

    return _PLACE.sub(put, template)


def _whole(columns: Sequence[str], width: int, template: str) -> Callable[[Row], str]:
    """What a row says by itself."""
    lowered = [column.casefold() for column in columns]
    named = next((lowered.index(name) for name in PROMPTS if name in lowered), None)
    if named is not None:
        return lambda row: row[named].strip() if named < len(row) else ""
    if width == 1:
        return lambda row: row[0].strip() if row else ""
    if template and columns:
        return lambda row: "\n".join(
            f"{name}: {cell.strip()}" for name, cell in zip(columns, row, strict=False)
            if cell.strip()
        )  # fmt: skip
    raise Refused(
        f"The table has {width} columns, and none is called `prompt`. Call one so, or give a "
        "template with the names of its first row: `Translate {text} to {language}`."
    )


def _unknown(name: str, columns: Sequence[str]) -> str:
    if not columns:
        return (
            f"The template asks for `{{{name}}}`, and the first row of the file has no such name. "
            "The first row must have the names of the columns; a text file has none."
        )
    listed = ", ".join(f"`{{{column}}}`" for column in columns[:_NAMED])
    return f"There is no column `{{{name}}}`. There are {listed}."
