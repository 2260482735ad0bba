"""docs/openai-api.toml is about what is there, and docs/openai-api.md is what is made of it."""

import ast
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

import pytest

from bot.openai import catalogue
from tests.project.openai_api import CATALOGUE, DOCUMENT, ROOT, items, rendered, sections, split

SHIPPED = catalogue.load()
ITEMS = list(items())
POINTERS = sorted({i[key] for i in ITEMS for key in ("client", "chat", "test") if i[key]})
KNOWN = [item for item in ITEMS if "is" in item]
VALUES = [item for item in ITEMS if item["kind"] in {"value", "status", "error", "category"}]


@cache
def source(path: str) -> str:
    return (ROOT / path).read_text()


@cache
def symbols(path: str) -> dict[str, str]:
    """Every name that is defined there, with its source."""
    return dict(_defined(ast.parse(source(path)), "", source(path).splitlines()))


def _defined(node: ast.AST, above: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        targets = getattr(child, "targets", [getattr(child, "target", child)])
        for target in targets:
            if name := getattr(target, "name", getattr(target, "id", "")):
                yield above + name, "\n".join(lines[child.lineno - 1 : child.end_lineno])
        if isinstance(child, ast.ClassDef):
            yield from _defined(child, f"{above}{child.name}.", lines)


def entry(key: str):
    """What the catalogue has at `model/field/…`, None if nothing. A value that stands in a list of
    choices is itself.
    """
    id_, *path = key.split("/")
    found = SHIPPED.model(id_)
    for position, name in enumerate(path):
        if isinstance(found, tuple):
            choice = "/".join(path[position:])
            return choice if choice in found else None
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
    return found


def is_there(pointer: str) -> bool:
    path, name = split(pointer)
    if path == CATALOGUE:
        return SHIPPED.model(name.split("/")[0]).known and entry(name) is not None
    if not (ROOT / path).is_file():
        return False
    return not name or name in symbols(path)


def is_named(item: dict) -> bool:
    """In the catalogue, in the symbol that knows it, or in the file of its test."""
    value = item["what"].split("`")[-2]
    (path, name), (test, _) = split(item["client"]), split(item["test"])
    known = entry(name) if path == CATALOGUE else symbols(path)[name]
    return value in str(known) or value in source(test)


def test_the_document_is_what_the_data_says():
    assert DOCUMENT.read_text() == rendered(), "run `make docs`"


@pytest.mark.parametrize("section", sections(), ids=lambda section: section["name"])
def test_nothing_is_there_twice(section):
    entries = [(item["kind"], item["what"]) for item in section["items"]]
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("key", ["client", "chat", "test"])
def test_every_item_is_in_the_client_has_its_place_in_chat_and_is_tested(key):
    assert [item["what"] for item in ITEMS if not item[key]] == []


def test_what_an_item_points_to_is_there():
    assert [pointer for pointer in POINTERS if not is_there(pointer)] == []


def test_a_value_is_named_where_it_is_known_or_tested():
    assert [item["what"] for item in VALUES if not is_named(item)] == []


@pytest.mark.parametrize("item", KNOWN, ids=lambda item: item["what"])
def test_a_price_or_limit_is_that_of_the_catalogue(item):
    found, expected = entry(split(item["client"])[1]), item["is"]
    if item["kind"] == "price":
        expected = Decimal(expected) * 1_000_000
        found = Decimal(found) / (2 if item.get("batch") else 1)
    assert found == (tuple(expected) if isinstance(expected, list) else expected)


def test_what_costs_half_in_a_batch_is_known_to():
    batched = [item for item in ITEMS if item.get("batch")]
    assert len(batched) == 4
    assert all(entry(split(item["client"])[1].split("/")[0] + "/batch") for item in batched)
