"""Markdown in pieces that a platform takes, each readable on its own."""

import re

_RESERVE = 1 + 8  # for the newline and the longest marker, that close a fence
_LONGEST_LANGUAGE = 20
_SMALLEST_LIMIT = 100

_FENCE = re.compile(r"^[ \t]*(?P<marker>`{3,8}|~{3,8})(?![`~])(?P<info>[^\n]*)$", re.MULTILINE)
# A place to break, and how much of the piece it must leave filled to be preferred.
_BREAKS = (
    (re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:```|~~~))"), 1 / 2),
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


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` (100 or more) characters, none of them blank. A fence that a cut
    goes through is closed and opened again with its language.

    Stable: while text grows, only the last piece changes. So each cut looks at one window of a
    fixed size, and a piece is the last one as long as it fits whatever fence may open in it.
    """
    if limit < _SMALLEST_LIMIT:
        raise ValueError(f"a limit of {limit} is too small; the least is {_SMALLEST_LIMIT}")
    pieces: list[str] = []
    room = limit - _RESERVE
    start, opening = 0, ""
    while len(opening) + len(text) - start > room:
        window = opening + text[start : start + room + 1 - len(opening)]
        piece = window[: _cut(window, len(opening))]
        start += len(piece) - len(opening)
        pieces.append(_closed(piece))
        opening = _reopened(piece)
        if opening and (end := _end_of_fence(text, start, opening)):
            start, opening = end, ""  # nothing is left of the fence but its end
    if rest := text[start:]:
        pieces.append(_closed(opening + rest))
    return [piece for piece in pieces if not piece.isspace()]


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
    if fence and fence.start() > least and not window[fence.end() : cut].strip():
        return fence.start()  # rather than an empty block of code
    return cut


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
    assert marker  # noqa: S101  an opening begins with its marker
    closing = re.compile(rf"[ \t]*{marker[0]}{marker[0][0]}*[ \t]*(?:\n|$)")
    found = closing.match(text, start)
    return found.end() if found else 0
