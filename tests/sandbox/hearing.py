"""What was heard beside what was said: word errors, and words that a seam lost or doubled."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.openai.transcription_types import Transcript

NEAR = 12  # words to either side of a seam: more than two pieces share
BESIDE = 2  # words to either side of a fault, by which it is found in a piece
_BEGINNING, _END = "^", "$"

SAME = {"summarise": "summarize", "3": "three", "4": "four", "8": "eight", "10": "ten",
        "seashells": "sea shells", "seashore": "sea shore"}  # fmt: skip


def words(text: str) -> list[str]:
    plain = re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("%", " percent")).split()
    return " ".join(SAME.get(word, word) for word in plain).split()


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """How many words must be changed, left out or put in, and the words that were said."""
    wanted, got = words(said), words(heard)
    row = list(range(len(got) + 1))
    for number, word in enumerate(wanted, 1):
        above, row[0] = row[:], number
        for place, other in enumerate(got, 1):
            row[place] = min(
                above[place] + 1, row[place - 1] + 1, above[place - 1] + (word != other)
            )
    return row[-1], len(wanted)


def made_by_joining(said: str, joined: Transcript, pieces: Sequence[Transcript]) -> list[str]:
    """Words that are missing or there too often in `joined`, with those beside them, though no
    piece heard them so: what a piece itself misheard ("printers" for "printer is") is not there.
    """
    wanted, got = ([_BEGINNING, *words(text), _END] for text in (said, joined.text))
    texts = (" ".join(words(piece.text)) for piece in pieces)
    heard = f"{_BEGINNING} {' | '.join(texts)} {_END}"
    made = []
    for i, after_i, j, after_j in _uneven(_compared(wanted, got)):
        around = " ".join(got[max(j - BESIDE, 0) : after_j + BESIDE])
        if f" {around} " not in f" {heard} ":
            made.append(f"{' '.join(wanted[i:after_i])!r} in {around!r}")
    return made


def beyond(said: str, uncut: Transcript, joined: Transcript, seconds: Sequence[float]) -> int:
    """How many more words are missing or there too often in `joined` than in `uncut`, near these
    seconds, where there are more.
    """
    times, wanted = [word.start for word in joined.words], words(said)
    whole, cut = (_compared(wanted, words(heard.text)) for heard in (uncut, joined))
    more = 0
    for second in seconds:
        before = " ".join(word.word for word in joined.words[: bisect_left(times, second)])
        place = _place(cut, len(words(before)))
        more += max(_strays(cut, place) - _strays(whole, place), 0)
    return more


def _compared(wanted: list[str], got: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, wanted, got, autojunk=False)


def _place(matched: SequenceMatcher[str], number: int) -> int:
    """Where in what was said the word with this number of what was heard stands."""
    blocks = matched.get_matching_blocks()
    block = max((b for b in blocks if b.b <= number), key=lambda b: b.b, default=blocks[0])
    return block.a + number - block.b


def _strays(matched: SequenceMatcher[str], place: int) -> int:
    """How many words too many or too few."""
    return sum(
        abs((after_j - j) - (after_i - i))
        for i, after_i, j, after_j in _uneven(matched)
        if place - NEAR <= i < place + NEAR
    )


def _uneven(matched: SequenceMatcher[str]) -> Iterator[tuple[int, int, int, int]]:
    """From where to where, in both, there are more words in one than in the other."""
    for _, i, after_i, j, after_j in matched.get_opcodes():
        if after_j - j != after_i - i:
            yield i, after_i, j, after_j
