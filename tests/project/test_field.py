"""docs/field.md names a test for each wish, and each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows():
    text = (ROOT / "docs" / "field.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]


def test_there_is_a_row_for_each_of_the_twenty_wishes_and_the_ten_of_our_own():
    numbers = [int(row.split("|")[1]) for row in rows()]
    assert numbers == [*range(1, 21), *range(1, 11)]


def test_each_names_a_test_that_exists():
    for row in rows():
        named = _TEST.findall(row)
        assert named, row
        for file, name in named:
            content = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"def {name}\(", content), f"{file}::{name}"
