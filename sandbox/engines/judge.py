"""Moderation: how near a sentence is to examples of each category, and whether it has its words.

Both are needed: examples alone take a deadline that kills for a murder, words alone know no
context. It finds what is said plainly, in English; it is no substitute for a trained classifier.
"""

import re
from typing import Any

import numpy as np

from sandbox.engines.embedding import WordLlamas
from sandbox.engines.examples import HARMLESS, LIKE, WORDS
from sandbox.engines.opening import opened

CATEGORIES = tuple(LIKE)
FLAGGED = 0.5
# Fitted by eye on tests/sandbox/sentences.py: a word without nearness, or nearness without a
# word, stays under a half.
STEEP, WORD, START = 9.0, 3.4, -3.2
SEEN = ("self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "violence",
        "violence/graphic")  # fmt: skip  # what pictures are judged by, as OpenAI's model

Scores = dict[str, float]


class Judge:
    def __init__(self) -> None:
        self._reader = WordLlamas()
        self._like = {name: self._reader.embed(examples) for name, examples in LIKE.items()}
        self._harmless = self._reader.embed(HARMLESS)
        self._words = {n: re.compile(rf"\b(?:{w})\b", re.IGNORECASE) for n, w in WORDS.items()}

    def text(self, text: str) -> Scores:
        """A text is as bad as its worst sentence."""
        sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", text) if s.strip()] or [text]
        vectors = self._reader.embed(sentences)
        return {
            name: max(self._score(name, s, v) for s, v in zip(sentences, vectors, strict=True))
            for name in CATEGORIES
        }

    def _score(self, name: str, sentence: str, vector: Any) -> float:
        near = float((self._like[name] @ vector).max() - (self._harmless @ vector).max())
        found = bool(self._words[name].search(sentence.lower()))
        return float(1 / (1 + np.exp(-(START + STEEP * near + WORD * found))))

    def count(self, text: str) -> int:
        return self._reader.count(text)

    @staticmethod
    def picture(content: bytes) -> Scores:
        """By its colours alone: the share of skin and of blood red. Never enough to be flagged,
        since a beach and a tomato have them too. Raises OSError for what is no picture.
        """
        pixels = np.asarray(opened(content).convert("RGB").resize((64, 64)), dtype=np.int16)
        red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
        skin = ((red > 95) & (green > 40) & (blue > 20) & (red - green > 15) & (red > blue)).mean()  # noqa: PLR2004  Kovač's rule for skin
        blood = ((red > 90) & (green < 40) & (blue < 40)).mean()  # noqa: PLR2004  a dark, full red
        seen = {
            "sexual": 0.4 * float(skin),
            "violence": 0.3 * float(blood),
            "violence/graphic": 0.4 * float(blood),
        }
        scores = {name: max(0.001, seen.get(name, 0.0)) for name in SEEN}
        return dict.fromkeys(CATEGORIES, 0.0) | scores
