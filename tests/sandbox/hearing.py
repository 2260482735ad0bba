"""What was heard beside what was said: word errors, and words that a seam lost or doubled."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.openai.transcription_types import Transcript

NEAR = 12  # words to either side of a seam: more than two pieces share

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


def seam_faults(
    said: str, uncut: Transcript, joined: Transcript, seams: Sequence[float]
) -> dict[float, int]:
    """Words that are missing, or there too often, around each of these seconds in `joined`, beyond
    those that are so around it in `uncut`: the recogniser's own faults are not the seam's. A word
    that was misheard is there. Only seams with faults are in it.
    """
    times, faults = [word.start for word in joined.words], {}
    whole, pieces = (
        SequenceMatcher(None, words(said), words(heard.text), autojunk=False)
        for heard in (uncut, joined)
    )
    for seam in seams:
        before = " ".join(word.word for word in joined.words[: bisect_left(times, seam)])
        place = _place(pieces, len(words(before)))
        extra = _strays(pieces, place) - _strays(whole, place)
        if extra > 0:
            faults[seam] = extra
    return faults


def _place(matched: SequenceMatcher[str], number: int) -> int:
    """Where in what was said the word with this number of what was heard stands."""
    blocks = matched.get_matching_blocks()
    block = max((b for b in blocks if b.b <= number), key=lambda b: b.b, default=blocks[0])
    return block.a + number - block.b


def _strays(matched: SequenceMatcher[str], place: int) -> int:
    """How many words too many or too few."""
    return sum(
        abs((after_j - j) - (after_i - i))
        for _, i, after_i, j, after_j in matched.get_opcodes()
        if place - NEAR <= i < place + NEAR
    )
