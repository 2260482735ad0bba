"""A small network that guesses the next word of an answer, from the words of the question (their
mean) and the last three of the answer.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WORDS = 4000  # of the vocabulary, the most frequent
WIDTH = 48
BEFORE = 3  # words of the answer that are looked at
END, UNKNOWN, START = 0, 1, 2
SPECIAL = ("<end>", "<unknown>", "<start>")
TOKEN = re.compile(r"\s?\w+|\s?[^\w\s]|\s")

Numbers = NDArray[np.float32]
Indices = NDArray[np.int64]


class Example(NamedTuple):
    asked: str
    answered: str


def tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def count(examples: Sequence[Example]) -> int:
    return sum(len(tokens(e.asked)) + len(tokens(e.answered)) + 1 for e in examples)


@dataclass
class Positions:
    """A row for each word that is to be guessed."""

    asked: list[Indices]  # by example
    example: Indices  # whose row it is
    before: Indices  # rows x BEFORE
    target: Indices


class Network:
    def __init__(self, words: list[str], weights: dict[str, Numbers]) -> None:
        self.words = words
        self.weights = weights
        self._index = {word: n for n, word in enumerate(words)}

    @classmethod
    def fresh(cls, examples: Sequence[Example], seed: int) -> "Network":
        counts: dict[str, int] = {}
        for example in examples:
            for word in (*tokens(example.answered), *_question(example.asked)):
                counts[word] = counts.get(word, 0) + 1
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[:WORDS]
        words = [*SPECIAL, *frequent]
        random = np.random.default_rng(seed)

        def small(*shape: int) -> Numbers:
            return (random.standard_normal(shape) * 0.1).astype(np.float32)

        size = len(words)
        weights = {"asked": small(size, WIDTH), "out": small(WIDTH, size)}
        weights |= {f"before{n}": small(size, WIDTH) for n in range(BEFORE)}
        return cls(words, weights | {"bias": np.zeros(size, np.float32)})

    def positions(self, examples: Sequence[Example]) -> Positions:
        asked, whose, before, target = [], [], [], []
        for number, example in enumerate(examples):
            asked.append(self._indices(_question(example.asked)))
            answer = [*self._indices(tokens(example.answered)), END]
            padded = [START] * BEFORE + answer
            for place, word in enumerate(answer):
                whose.append(number)
                before.append(padded[place : place + BEFORE])
                target.append(word)
        return Positions(asked, np.array(whose), np.array(before), np.array(target))

    def _indices(self, words: Sequence[str]) -> Indices:
        return np.array([self._index.get(w, UNKNOWN) for w in words] or [UNKNOWN], np.int64)

    def guess(self, at: Positions) -> tuple[Numbers, Numbers]:
        """The hidden layer and the probabilities, a row for each position."""
        means = np.stack([self.weights["asked"][words].mean(axis=0) for words in at.asked])
        hidden = means[at.example]
        for n in range(BEFORE):
            hidden = hidden + self.weights[f"before{n}"][at.before[:, n]]
        hidden = np.tanh(hidden)
        logits = hidden @ self.weights["out"] + self.weights["bias"]
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        return hidden, odds / odds.sum(axis=1, keepdims=True)

    def gradients(self, at: Positions, hidden: Numbers, odds: Numbers) -> dict[str, Numbers]:
        rows = np.arange(at.target.size)
        error = odds.copy()
        error[rows, at.target] -= 1
        error /= rows.size
        back = (error @ self.weights["out"].T) * (1 - hidden**2)
        found = {"out": hidden.T @ error, "bias": error.sum(axis=0)}
        for n in range(BEFORE):
            found[f"before{n}"] = np.zeros_like(self.weights[f"before{n}"])
            np.add.at(found[f"before{n}"], at.before[:, n], back)
        found["asked"] = np.zeros_like(self.weights["asked"])
        for number, words in enumerate(at.asked):
            share = back[at.example == number].sum(axis=0) / words.size
            np.add.at(found["asked"], words, share)
        return found

    def measure(self, at: Positions) -> tuple[float, float]:
        """The loss and the share of words that were guessed."""
        return measured(at, self.guess(at)[1])

    def answer(self, asked: str, most: int, temperature: float, seed: int) -> Iterator[str]:
        """Word by word; ends by itself, or after `most` words."""
        random = np.random.default_rng(seed)
        last = [START] * BEFORE
        words = self._indices(_question(asked))
        for _ in range(most):
            at = Positions([words], np.zeros(1, np.int64), np.array([last]), np.zeros(1, np.int64))
            odds = self.guess(at)[1][0]
            odds[[UNKNOWN, START]] = 0
            if temperature > 0:
                odds = odds ** (1 / temperature)
                word = int(random.choice(odds.size, p=odds / odds.sum()))
            else:
                word = int(odds.argmax())
            if word == END:
                return
            last = [*last[1:], word]
            yield self.words[word]

    def save(self, path: Path) -> None:
        np.savez_compressed(path, words=np.array(json.dumps(self.words)), **self.weights)  # type: ignore[arg-type]  # weights by name

    @classmethod
    def load(cls, path: Path) -> "Network":
        with np.load(path) as found:
            words = json.loads(str(found["words"]))
            return cls(words, {name: found[name] for name in found.files if name != "words"})


def _question(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def measured(at: Positions, odds: Numbers) -> tuple[float, float]:
    right = odds[np.arange(at.target.size), at.target]
    loss = float(-np.log(np.maximum(right, 1e-9)).mean())
    return loss, float((odds.argmax(axis=1) == at.target).mean())
