"""Where the words of two recordings that overlap are the same: the seam between them."""

import re
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

_EACH = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORDS = re.compile(rf"\s*(?:[{_EACH}]|[^\s{_EACH}]+)")  # a letter where words have no spaces
UNSPACED = re.compile(rf"[{_EACH}\u3000-\u303f\uff00-\uffef]")

_FASTEST = 10  # words a second
_MARK = re.compile(r"[\W_]+")


class Word(NamedTuple):
    """`text` with the space before it; times in seconds of the whole recording; `segment` is any
    name of what it belongs to.
    """

    text: str
    start: float
    end: float
    segment: tuple[int, int] = (0, 0)

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


class Seam(NamedTuple):
    """What both recordings have, in seconds, and how wrong their words' times may be: inf where
    words have none.
    """

    start: float
    end: float
    error: float


def spliced(left: Sequence[Word], right: Sequence[Word], seam: Seam) -> list[Word]:
    """All of `left`, then all of `right`, what was said in both once."""
    if seam.end <= seam.start:
        return [*left, *right]
    first, last = _candidates(left, right, seam)
    found = _best(left[first:], right[:last], seam.error)
    if found:
        return [*left[: first + found[0]], *right[found[1] :]]
    if seam.error == inf or not _both_heard(left, right, seam):
        return [*left, *right]
    middle = (seam.start + seam.end) / 2
    return [
        *(word for word in left if word.middle < middle),
        *(word for word in right if word.middle >= middle),
    ]


def _both_heard(left: Sequence[Word], right: Sequence[Word], seam: Seam) -> bool:
    return bool(left and right) and left[-1].middle > seam.start and right[0].middle < seam.end


def _candidates(left: Sequence[Word], right: Sequence[Word], seam: Seam) -> tuple[int, int]:
    """From where on in `left`, and up to where in `right`, a word may be in both."""
    if seam.error == inf:
        most = int((seam.end - seam.start) * _FASTEST) + _FASTEST
        return max(len(left) - most, 0), min(most, len(right))
    first, last = len(left), 0
    while first and left[first - 1].end > seam.start - seam.error:
        first -= 1
    while last < len(right) and right[last].start < seam.end + seam.error:
        last += 1
    return first, last


def _best(left: Sequence[Word], right: Sequence[Word], error: float) -> tuple[int, int] | None:
    """How many words to take of `left`, and to leave out of `right`: in the middle of the run of
    words in both that is longest, lies at the ends, and agrees in time.
    """
    runs = list(_runs(left, right, error))
    if not runs:
        return None

    def worth(run: tuple[int, int, int]) -> float:
        i, j, length = run
        stray = len(left) - i + j - length
        apart = 0.0 if error == inf else abs(left[i - 1].start - right[j - 1].start)
        return length - stray / 4 - 4 * apart / error

    i, j, length = max(runs, key=worth)
    if error == inf and worth((i, j, length)) <= 0:
        return None
    return i - length // 2, j - length // 2


def _runs(
    left: Sequence[Word], right: Sequence[Word], error: float
) -> Iterator[tuple[int, int, int]]:
    """Ends and length of the runs of words in both."""
    lefts, rights = ([_sound(word) for word in words] for words in (left, right))
    above: dict[int, int] = {}
    for i, one in enumerate(lefts, 1):
        row: dict[int, int] = {}
        for j, other in enumerate(rights, 1):
            if one == other and not abs(left[i - 1].start - right[j - 1].start) > error:
                row[j] = above.get(j - 1, 0) + 1
                yield i, j, row[j]
        above = row


def _sound(word: Word) -> str:
    return _MARK.sub("", word.text.casefold()) or word.text.strip()
