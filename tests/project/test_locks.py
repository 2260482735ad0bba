"""The lock files pin what pyproject.toml asks for, with hashes, and name no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PYPROJECT["project"]["dependencies"]
SANDBOX = PYPROJECT["project"]["optional-dependencies"]["sandbox"]
DEV = PYPROJECT["dependency-groups"]["dev"]
WANTED = {"docker": RUNTIME, "run": RUNTIME + SANDBOX, "dev": RUNTIME + SANDBOX + DEV}
ENTRY = re.compile(
    r"^(\S+)==(\S+)(?: ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pins(name: str) -> set[tuple[str, str]]:
    return {(package, version) for package, version, _ in ENTRY.findall(lock(name))}


@pytest.mark.parametrize("name", WANTED)
def test_every_package_is_pinned_with_its_hashes_and_nothing_else_is_said(name):
    assert ENTRY.sub("", lock(name)) == ""


@pytest.mark.parametrize("name", WANTED)
def test_what_pyproject_asks_for_is_locked(name):
    versions = dict(pins(name))
    for text in WANTED[name]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), text


def test_what_runs_is_what_was_tested():
    assert pins("docker") < pins("run") < pins("dev")


def test_the_weights_bring_no_chat_tool_along():
    assert {"llm", "llama-cpp-python"}.isdisjoint(dict(pins("dev")))
