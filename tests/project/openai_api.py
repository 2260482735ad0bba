"""docs/openai-api.md, made of docs/openai-api.toml: `python -m tests.project.openai_api`."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DATA = ROOT / "docs" / "openai-api.toml"
DOCUMENT = DATA.with_suffix(".md")
CATALOGUE = "bot/openai/catalogue.toml"
Item = dict[str, Any]
Section = dict[str, Any]

_HEAD = """# OpenAI's API, item by item

Every endpoint, parameter, value, status, error, limit and price of the API reference guide of
January 2025, and what it advises: where it is in the client, where people meet it in chat, and
which test would fail without it. `make docs` writes this page from
[openai-api.toml](openai-api.toml); a test holds it to the code and the catalogue.
"""


def sections() -> list[Section]:
    return _read("section")


def _read(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(DATA.read_text())[kind]
    return found


def items() -> Iterator[Item]:
    for section in sections():
        yield from section["items"]


def rendered() -> str:
    contents = [f"- {section['name']}: {_counts(section['items'])}" for section in sections()]
    outside = [_joined((one["what"], one["why"])) for one in _read("outside")]
    parts = [
        _HEAD,
        f"{_counts(list(items()))}.",
        "\n".join(contents),
        *map(_section, sections()),
        "\n".join(["## What Parley does not do\n\n| | |\n|---|---|", *outside]),
    ]
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def split(pointer: str) -> tuple[str, str]:
    """`path:symbol`, `path::test` or `catalogue:key` as a file and what is to be found in it."""
    path, _, name = pointer.replace("::", ":").partition(":")
    return (CATALOGUE if path == "catalogue" else path), name


def _counts(found: Sequence[Item]) -> str:
    client, chat, test = (sum(bool(item[key]) for item in found) for key in _WHERE)
    return f"{len(found)} items, {client} in the client, {chat} in chat, {test} tested"


def _section(section: Section) -> str:
    head = f"## {section['name']}\n\n| | | client | chat | test |\n|---|---|---|---|---|"
    return "\n".join([head, *(_row(item) for item in section["items"])])


_WHERE = ("client", "chat", "test")


def _row(item: Item) -> str:
    return _joined((item["kind"], item["what"], *(_link(item[key]) for key in _WHERE)))


def _joined(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _link(pointer: str) -> str:
    if not pointer:
        return ""
    path, name = split(pointer)
    return f"[{(name or path).removeprefix('test_')}](../{path})"


if __name__ == "__main__":
    DOCUMENT.write_text(rendered())
