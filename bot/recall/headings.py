"""What a group of texts is about, in its own words. No model is asked."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bot.storage.words import STOP

WORDS = 4  # of a heading
_WORD = re.compile(r"[^\W\d_][\w'\N{RIGHT SINGLE QUOTATION MARK}-]+")
_SHORTEST = 3  # letters, where a letter is no word
_LINK = re.compile(r"\w+://\S+")
_IDEOGRAMS = 0x2E80  # and what comes after them


def headings(groups: Sequence[Sequence[str]]) -> list[str]:
    """Of each, the words that its texts have and those of the others have not, by c-TF-IDF
    (https://arxiv.org/abs/2203.05794) with the rate elsewhere taken off. "": there is none.
    """
    spelt = defaultdict[str, Counter[str]](Counter)
    counts = [_counted(texts, spelt) for texts in groups]
    everywhere = sum(counts, Counter[str]())
    usual = everywhere.total() / max(1, len(groups))
    size, heads = sum(map(len, groups)), []
    for texts, count in zip(groups, counts, strict=True):
        rest = max(1, size - len(texts))
        scores = {
            word: (number / len(texts) - (everywhere[word] - number) / rest)
            * math.log1p(usual / everywhere[word])
            for word, number in count.items()
        }
        telling = sorted((w for w in scores if scores[w] > 0), key=lambda w: (-scores[w], w))
        best = _unlike([w for w in telling if count[w] > 1] or telling)  # once is by chance
        heads.append(", ".join(spelt[word].most_common(1)[0][0] for word in best))
    return heads


def _counted(texts: Iterable[str], spelt: dict[str, Counter[str]]) -> Counter[str]:
    """In how many of them a word is."""
    count = Counter[str]()
    for text in texts:
        words = {word.casefold(): word for word in _WORD.findall(_LINK.sub(" ", text))}
        for key in [key for key in words if _tells(key)]:
            count[key] += 1
            spelt[key][words[key]] += 1
    return count


def _tells(word: str) -> bool:
    return word not in STOP and (len(word) >= _SHORTEST or ord(word[0]) >= _IDEOGRAMS)


def _unlike(words: Iterable[str]) -> list[str]:
    """Without other forms of a word that is there."""
    chosen = list[str]()
    for word in words:
        if not any(_begin(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == WORDS:
            break
    return chosen


def _begin(one: str, other: str) -> bool:
    size = max(4, min(len(one), len(other)) - 2)
    return one[:size] == other[:size]
