"""Vectors in groups: by k-means on the sphere (https://doi.org/10.1023/A:1007612920971), or under
categories. Blocking, and the same each time for the same vectors.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.recall.vectors import Floats, matrix
from bot.storage.taking import taken

Labels: TypeAlias = NDArray[np.intp]

MOST = 10  # groups, where nobody says how many
NEAR = 0.15  # the cosine from which a passage belongs to a category
_FITTED = 2_000  # vectors by which the groups are found; all others go to the nearest
_COMPARED = 600  # of them, each with each, to choose how many groups there are
_APART = 0.05  # the silhouette from which groups are more than one heap that was cut
_EACH = 3  # passages that a group should have
_TRIES, _ROUNDS = 3, 25
_SEED = 7


class Grouping(NamedTuple):
    """Of each vector. Groups count from 0, the largest first; what is in none has their number."""

    labels: Labels
    likeness: Floats  # to the middle of its group


def gathered(
    numbers: Sequence[bytes], categories: Sequence[Floats], wanted: int | None = None
) -> dict[int, list[int]]:
    """The rows of each group or, where there are some, of each category: what is nearest to its
    middle first. Vectors of another length than the others are left out.
    """
    sizes = Counter(map(len, numbers))
    size = len(categories[0]) if categories else max(sizes, key=lambda one: sizes[one]) // 2
    rows = np.array([row for row, one in enumerate(numbers) if len(one) == size * 2], np.intp)
    if not len(rows):
        return {}
    vectors = matrix([numbers[row] for row in rows], size)
    found = under(vectors, np.stack(categories)) if categories else grouped(vectors, wanted)
    best = np.argsort(-found.likeness, kind="stable")
    groups = {int(number): best[found.labels[best] == number] for number in np.unique(found.labels)}
    return {number: rows[group].tolist() for number, group in groups.items()}


def grouped(vectors: Floats, wanted: int | None = None) -> Grouping:
    """In `wanted` groups, or as many as there seem to be. Fewer, where vectors are the same."""
    points = _units(vectors - vectors.mean(axis=0))  # they all lie to one side
    sample = _some(points, _FITTED)
    middles = _middles(sample, min(wanted or _number(sample), len(sample)))
    return _ordered(_nearest(points, middles))


def under(vectors: Floats, categories: Floats) -> Grouping:
    """Each under the category that it is nearest to, or under none of them, the last."""
    labels, likeness = _nearest(vectors, categories)
    labels[likeness < NEAR] = len(categories)
    if len(others := np.flatnonzero(likeness < NEAR)):
        middle = _units(vectors[others].sum(axis=0, keepdims=True))
        likeness[others] = vectors[others] @ middle[0]
    return Grouping(labels, likeness)


def _number(points: Floats) -> int:
    """That with the best silhouette (https://doi.org/10.1016/0377-0427(87)90125-7)."""
    some = _some(points, _COMPARED)
    apart = 1 - some @ some.T
    tried = range(2, min(MOST, len(some) // _EACH) + 1)
    found = {number: _silhouette(apart, _labels(some, number)) for number in tried}
    best = max(found, key=lambda number: found[number], default=1)
    return best if found.get(best, 0.0) >= _APART else 1


def _labels(points: Floats, number: int) -> Labels:
    return _nearest(points, _middles(points, number)).labels


def _silhouette(apart: Floats, labels: Labels) -> float:
    """`apart`: the distance of each from each."""
    member = labels[:, None] == np.unique(labels)
    sizes = member.sum(axis=0)
    sums = apart @ member.astype(np.float32)
    others = sizes[member.argmax(axis=1)] - 1
    own = sums[member] / np.maximum(others, 1)
    other = np.where(member, np.inf, sums / sizes).min(axis=1)
    if np.isinf(other).any():
        return 0.0  # there is one group
    width = (other - own) / np.maximum(np.maximum(own, other), 1e-9)
    return float(np.where(others > 0, width, 0).mean())  # who is alone says nothing


def _middles(points: Floats, number: int) -> Floats:
    """The best of some tries."""
    random = np.random.default_rng(_SEED)
    tries = [_settled(points, _seeds(points, number, random)) for _ in range(_TRIES)]
    return max(tries, key=lambda middles: float(_nearest(points, middles).likeness.sum()))


def _seeds(points: Floats, number: int, random: np.random.Generator) -> Floats:
    """K-means++: each far from those before it. Fewer, where there are no more that differ."""
    chosen = [int(random.integers(len(points)))]
    far = np.full(len(points), np.inf)
    while len(chosen) < number:
        far = np.minimum(far, np.maximum(1 - points @ points[chosen[-1]], 0))
        far[far < 1e-6] = 0  # noqa: PLR2004  what single precision leaves of the same vector
        if not (total := far.sum()):
            break
        chosen.append(int(random.choice(len(points), p=far / total)))
    return points[chosen]


def _settled(points: Floats, middles: Floats) -> Floats:
    labels = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        nearest = _nearest(points, middles).labels
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        member = labels == np.unique(labels)[:, None]  # who has nobody is gone
        middles = _units(member.astype(np.float32) @ points)
    return middles


def _nearest(points: Floats, middles: Floats) -> Grouping:
    cosines = points @ middles.T
    labels = cosines.argmax(axis=1)
    return Grouping(labels, cosines[np.arange(len(points)), labels])


def _ordered(found: Grouping) -> Grouping:
    """The largest group is the first."""
    _, labels, sizes = np.unique(found.labels, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    return Grouping(rank[labels], found.likeness)


def _some(points: Floats, most: int) -> Floats:
    return points[list(taken(range(len(points)), most))]


def _units(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)  # noqa: PLR2004
    return units
