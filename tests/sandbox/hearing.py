"""Word errors: how many words must be changed, left out or put in to make one text the other."""

import re

SAME = {"summarise": "summarize", "10": "ten", "seashells": "sea shells", "seashore": "sea shore"}


def words(text: str) -> list[str]:
    plain = re.sub(r"[^a-z0-9' ]+", " ", text.lower()).split()
    return " ".join(SAME.get(word, word) for word in plain).split()


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """The errors, and the words that were said."""
    wanted, got = words(said), words(heard)
    row = list(range(len(got) + 1))
    for number, word in enumerate(wanted, 1):
        above, row[0] = row[:], number
        for place, other in enumerate(got, 1):
            row[place] = min(
                above[place] + 1, row[place - 1] + 1, above[place - 1] + (word != other)
            )
    return row[-1], len(wanted)
