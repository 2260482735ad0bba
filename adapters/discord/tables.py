"""Markdown tables where there are none: columns of equal width in a block of code, or a list where
that were too wide to read.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

Row: TypeAlias = Sequence[str]

_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\]\(|https?://")
_MARKS = re.compile(r"(?P<ticks>`+)(?P<code>[^`]+)(?P=ticks)|\*\*|~~|<br\s*/?>")
_ITEM = "- "
_WIDEST = 58  # columns that a line of code shows on most screens
_LONGEST = 980  # characters of a block: it fits into half a message, and is never cut


class Table(NamedTuple):
    head: Row
    sides: Row  # `:--`, `--:`, `:-:` or `---`, a column each
    rows: Sequence[Row]
    end: int  # the line after it

    def drawn(self) -> str:
        """In blocks, each with its head; while rows come, only the last block changes."""
        blocks = [self._block(rows) for rows in self._shares()]
        return "\n\n".join(blocks).replace(f"\n\n{_ITEM}", f"\n{_ITEM}")

    def _shares(self) -> list[list[Row]]:
        """The rows of each block."""
        shares: list[list[Row]] = [[]]
        head = widths = [_width(_plain(cell)) for cell in self.head]
        for row in self.rows:
            cells = [_width(_plain(cell)) for cell in row]
            widths = [*map(max, widths, cells)]
            line = min(sum(widths) + 2 * len(widths), _WIDEST + 2)
            if (len(shares[-1]) + 4) * line > _LONGEST:
                shares.append([])
                widths = [*map(max, head, cells)]
            shares[-1].append(row)
        return shares

    def _block(self, rows: Sequence[Row]) -> str:
        plain = [[_plain(cell) for cell in row] for row in (self.head, *rows)]
        widths = [max(map(_width, column)) for column in zip(*plain, strict=True)]
        wide = sum(widths) + 2 * (len(widths) - 1) > _WIDEST
        if rows and (wide or any(_LINK.search(cell) for row in rows for cell in row)):
            return "\n".join(self._item(row) for row in rows)
        head = [plain[0], ["-" * width for width in widths]] if any(plain[0]) else []
        lines = [self._line(row, widths) for row in (*head, *plain[1:])]
        return "\n".join(("```", *lines, "```")) if lines else ""

    def _line(self, row: Row, widths: Sequence[int]) -> str:
        columns = zip(row, widths, self.sides, strict=True)
        return "  ".join(_aligned(*column) for column in columns).rstrip()

    def _item(self, row: Row) -> str:
        first, *others = row
        named = (
            f"{_plain(name)}: {cell}" if name else cell
            for name, cell in zip(self.head[1:], others, strict=True)
            if cell
        )
        title = f"**{first.replace('**', '')}**" if first else ""
        return _ITEM + " · ".join(part for part in (title, *named) if part)


def at(lines: Sequence[str], start: int) -> Table | None:
    """The table that begins with this line."""
    if "|" not in lines[start] or start + 1 == len(lines):
        return None
    head, sides = _cells(lines[start]), _cells(lines[start + 1])
    if not _DELIMITER.fullmatch(lines[start + 1]) or len(head) != len(sides):
        return None
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    rows = [_fitted(_cells(line), len(head)) for line in lines[start + 2 : end]]
    return Table(head, sides, rows, end)


def _cells(line: str) -> Row:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line)]


def _fitted(row: Row, columns: int) -> Row:
    """No cell is lost: what is too many stands in the last."""
    last = " | ".join(row[columns - 1 :])
    return [*row[: columns - 1], *[""] * (columns - 1 - len(row)), last]


def _plain(cell: str) -> str:
    """As code shows it: there, marks are signs like others."""
    bare = _MARKS.sub(lambda mark: mark["code"] or (" " if mark[0][0] == "<" else ""), cell)
    return bare.replace("```", "'''")


def _aligned(cell: str, width: int, side: str) -> str:
    room = width - _width(cell)
    left = 0
    if side.endswith(":"):
        left = room // 2 if side.startswith(":") else room
    return " " * left + cell + " " * (room - left)


def _width(cell: str) -> int:
    if cell.isascii():
        return len(cell)
    return sum(_columns(sign) for sign in cell)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or sign in "\u200b\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
