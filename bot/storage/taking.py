"""Some of many, spread over all of them, and always the same."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_SEED = 7


def taken(all_of_them: Sequence[T], most: int) -> Sequence[T]:
    """In their order."""
    if len(all_of_them) <= most:
        return all_of_them
    rows = random.Random(_SEED).sample(range(len(all_of_them)), most)
    return [all_of_them[row] for row in sorted(rows)]
