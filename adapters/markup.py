"""Markdown in pieces that a platform takes, each readable on its own."""

import re
from typing import NamedTuple

_RESERVE = 1 + 8  # for the newline and the longest marker, that close a fence
_LONGEST_LANGUAGE = 20
_HEAD = 2  # lines: the names of the columns, and a rule
SMALLEST_LIMIT = 100

_FENCE = re.compile(r"^[ \t]*(?P<marker>`{3,8}|~{3,8})(?![`~])(?P<info>[^\n]*)$", re.MULTILINE)
_RULE = re.compile(r"(?=.*-)[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-*:?[ \t]*")
# A place to break, and how much of the piece it must leave filled to be preferred.
_BREAKS = (
    (re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:```|~~~))"), 1 / 2),
    (re.compile(r"\n(?=(?:[-*+]|\d{1,9}[.)])[ \t])"), 1 / 2),  # an item of a list
    (re.compile(r"\n"), 1 / 3),
    (re.compile(r"[.!?…][\"')\]”’]*\s|[。！？]"), 1 / 3),  # noqa: RUF001  Chinese and Japanese full stops
    (re.compile(r"\s"), 1 / 8),
)
# What is broken only if it alone is too long: a link, inline code, a marker, a grapheme.
_WHOLE = re.compile(
    r"""\[[^\[\]\n]{0,200}(?:\]\([^)\s]*(?:\)|\Z)|\Z)
    | https?://\S+
    | `+[^`\n]+`+
    | `{2,} | ~{2,}
    | \r\n
    | [\ud800-\udbff][\udc00-\udfff]
    | [\U0001f1e6-\U0001f1ff]{2}
    | .(?:[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.?)+
    """,
    re.VERBOSE,
)


def clean(text: str) -> str:
    """`text` as every platform takes it: unpaired surrogates replaced, zero bytes dropped."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


class Mark(NamedTuple):
    """Where a piece begins: in the text, and with what that is said again."""

    start: int = 0
    opening: str = ""


BEGINNING = Mark()


def split(text: str, limit: int, mark: Mark = BEGINNING) -> list[str]:
    """Pieces of at most `limit` (100 or more) characters, none of them blank. A fence that a cut
    goes through is closed and opened again with its language, a table gets its head again.

    Stable: while text grows, only the last piece changes. So each cut looks at one window of a
    fixed size, and a piece is the last one as long as it fits whatever fence may open in it.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a limit of {limit} is too small; the least is {SMALLEST_LIMIT}")
    pieces: list[str] = []
    room = limit - _RESERVE
    while len(mark.opening) + len(text) - mark.start > room:
        piece, mark = cut(text, room, mark)
        pieces.append(piece)
    pieces.append(rest(text, mark))
    return [piece for piece in pieces if piece and not piece.isspace()]


def cut(text: str, room: int, mark: Mark) -> tuple[str, Mark]:
    """The piece of at most `room` characters, and what closes its fence, that begins at `mark`,
    and where the next one does. There has to be more than that.
    """
    start, opening = mark
    window = opening + text[start : start + room + 1 - len(opening)]
    piece = window[: _cut(window, len(opening))]
    start += len(piece) - len(opening)
    opening = _reopened(piece) or _head(piece, window[len(piece) :], room // 4)
    if opening and (end := _end_of_fence(text, start, opening)):
        start, opening = end, ""  # nothing is left of the fence but its end
    return _closed(piece), Mark(start, opening)


def rest(text: str, mark: Mark) -> str:
    """All from `mark` on, readable on its own; "" where that is nothing."""
    last = text[mark.start :]
    return _closed(mark.opening + last) if last.strip() else ""


def _cut(window: str, least: int) -> int:
    """Where to end the piece that the window begins with: after `least`, before its last
    character, which is there to be looked at only.
    """
    most = len(window) - 1
    cut = next(filter(None, (_break(window, least, most, *kind) for kind in _BREAKS)), most)
    for whole in _WHOLE.finditer(window):
        if least + most // 8 < whole.start() < cut < whole.end():
            cut = whole.start()
    fence = _open_fence(window[:cut])
    if fence:
        empty = fence.start() > least and not window[fence.end() : cut].strip()
        return fence.start() if empty else cut
    table, rows = _table(window[:cut])
    lonely = len(rows) <= _HEAD and table > max(least, cut - most // 4)
    return table if lonely else cut  # rather than the head of a table without its rows


def _break(window: str, least: int, most: int, kind: re.Pattern[str], filled: float) -> int | None:
    first = max(least + 1, int(most * filled))
    return max(
        (m.end() for m in kind.finditer(window, 0, most) if first <= m.end() <= most), default=None
    )


def _open_fence(piece: str) -> re.Match[str] | None:
    """The line that opened the fence in which the piece ends."""
    opened: re.Match[str] | None = None
    for line in _FENCE.finditer(piece):
        if opened is None:
            opened = line if "`" not in line["info"] else None
        elif line["marker"].startswith(opened["marker"]) and not line["info"].strip():
            opened = None
    return opened


def _table(piece: str) -> tuple[int, list[str]]:
    """Where the lines with bars begin with which the piece ends, and these lines."""
    lines = piece.split("\n")
    first = last = len(lines) - 1
    while piece.endswith("\n") and first and "|" in lines[first - 1]:
        first -= 1
    rows = lines[first:last]
    return len(piece) - sum(len(row) + 1 for row in rows), rows


def _head(piece: str, after: str, longest: int) -> str:
    """The head of the table that goes on after the piece."""
    _, rows = _table(piece)
    if len(rows) <= _HEAD or not _RULE.fullmatch(rows[1]):
        return ""
    following, _, _ = after.partition("\n")
    goes_on = following.startswith("|") if rows[0].startswith("|") else following.strip()
    head = "\n".join(rows[:_HEAD]) + "\n"
    return head if goes_on and len(head) <= longest else ""


def _closed(piece: str) -> str:
    fence = _open_fence(piece)
    if fence is None:
        return piece
    return piece + ("" if piece.endswith("\n") else "\n") + fence["marker"]


def _reopened(piece: str) -> str:
    fence = _open_fence(piece)
    if fence is None:
        return ""
    language = next(iter(fence["info"].split()), "")
    return fence["marker"] + (language if len(language) <= _LONGEST_LANGUAGE else "") + "\n"


def _end_of_fence(text: str, start: int, opening: str) -> int:
    """Where the line after `start` ends, if it closes the fence; else 0."""
    marker = re.match(r"`+|~+", opening)
    if marker is None:
        return 0
    closing = re.compile(rf"[ \t]*{marker[0]}{marker[0][0]}*[ \t]*(?:\n|$)")
    found = closing.match(text, start)
    return found.end() if found else 0
