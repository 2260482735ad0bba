"""The lines of a JSONL file as bytes, never all of it in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.desk.jsonl.problems import Problems

LONGEST = 2**24  # bytes of a line that is looked at: a picture in base64 fits
_BUFFER = 2**20  # bytes read at once
_MARK = b"\xef\xbb\xbf"


def lines(path: Path, problems: Problems) -> Iterator[tuple[int, bytes]]:
    """Each with its number, but for those that cannot be one, which are problems. At the end of
    the file there may be empty ones.
    """
    with path.open("rb", buffering=_BUFFER) as file:
        number, empty = 0, 0  # `empty`: those just before
        while line := file.readline(LONGEST):
            number += 1
            if line.isspace():
                empty += 1
                continue
            for before in range(number - empty, number):
                problems.add(before, "It is empty. Take it out.")
            empty = 0
            if number == 1 and _wide(line):
                problems.add(0, "The file is UTF-16. Save it as UTF-8.")
                return
            if number == 1 and line.startswith(_MARK):
                problems.add(1, "The file begins with a byte order mark. Save it without one.")
                line = line.removeprefix(_MARK)
            if len(line) == LONGEST and _goes_on(file, line):
                problems.add(number, f"It is longer than {LONGEST >> 20} MB.")
                continue
            yield number, line
        if number == empty:
            problems.add(0, "The file is empty.")


def _wide(line: bytes) -> bool:
    return line.startswith((b"\xff\xfe", b"\xfe\xff")) or 0 in line[:2]


def _goes_on(file: BinaryIO, line: bytes) -> bool:
    """If it does, the rest of it is read."""
    if line.endswith(b"\n"):
        return False
    while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
        pass
    return True
