"""What every benchmark gives, and how large it is."""

import os
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Row(NamedTuple):
    name: str  # begins with the number of its goal, where it has one; says the unit
    ours: float
    floor: float  # the least that any bot pays; or the limit itself, with a goal of 1
    ratio: float
    goal: float  # the ratio that is not to be exceeded


def against(name: str, ours: float, floor: float, goal: float) -> Row:
    return Row(name, ours, floor, ours / floor, goal)


def within(name: str, ours: float, limit: float) -> Row:
    return Row(name, ours, limit, ours / limit, 1.0)


def sized(full: T, quick: T) -> T:
    """`python -m benchmarks --quick` sets the variable before it imports any benchmark."""
    return quick if os.environ.get("PARLEY_BENCH_QUICK") else full
