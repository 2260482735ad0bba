"""What is wrong with a file, line by line."""

from collections.abc import Sequence

import msgspec

LISTED = 20  # the rest are counted


class Problem(msgspec.Struct, frozen=True):
    line: int  # from 1; 0: the file as a whole
    reason: str  # a sentence


class Problems:
    """`listed` are the first; `count` is of all."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.count = 0

    def add(self, line: int, reason: str) -> None:
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(Problem(line, reason))


def told(problems: Sequence[Problem], count: int) -> str:
    """As people read them, in Markdown."""
    lines = [
        f"- Line {one.line:,}: {one.reason}" if one.line else f"- {one.reason}" for one in problems
    ]
    if more := count - len(problems):
        lines.append(f"- … and {more:,} more.")
    return "\n".join(lines)
