"""A text in pieces that a voice can read one after the other."""

import regex

LONGEST = 4_096  # characters that a model speaks at once

# The best place to cut comes first. A piece may end after each match.
_ENDS = tuple(
    regex.compile(pattern)
    for pattern in (
        r"\n\s*\n\s*",
        r"\n\s*",
        r"[.!?…][\"'”’»)\]]*\s+|[。！？]+[”’」』）]*",  # noqa: RUF001  Chinese and Japanese too
        r"[,;:–—]\s+|[，；：、]",  # noqa: RUF001
        r"\s+",
        r"\X",
    )
)


def sentences(text: str, most: int = LONGEST) -> list[str]:
    """Pieces of at most `most` characters, none blank: whole paragraphs, or else sentences, or
    else clauses, or else words. Nothing is lost but the white space between.
    """
    found, rest = [], text.strip()
    while len(rest) > most:
        cut = _cut(rest[: most + 1], most)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def _cut(window: str, most: int) -> int:
    """`window` has one character more than the piece may have, to see what ends before it."""
    graphemes = {found.end() for found in _ENDS[-1].finditer(window)} - {len(window)}
    for ends in _ENDS:
        places = (min(found.end(), most) for found in ends.finditer(window))
        if best := max(graphemes.intersection(places), default=0):
            return best
    return most  # a grapheme as long as this is no letter of any language
