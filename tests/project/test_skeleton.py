"""The files around the code say what is so."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
LISTS = ("dependencies", "sandbox", "dev", "ignore")
"""The lists in pyproject.toml of which each line has its reason beside it."""


def listed(name: str) -> list[str]:
    text = (ROOT / "pyproject.toml").read_text()
    return re.search(rf"^{name} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)[1].splitlines()


@pytest.mark.parametrize("name", LISTS)
def test_each_line_has_its_reason_beside_it(name):
    assert [line for line in listed(name) if not re.search(r"\",\s+# \w", line)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_there(path):
    targets = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", path.read_text())) <= targets


async def test_the_command_in_contributing_answers():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    example: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], example)
    (roll,) = example["setup"](None)
    (answer,) = [part async for part in roll.handler(None)]
    assert answer.markdown.startswith("You rolled ")


def test_ci_is_a_script_that_parses():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


def test_the_image_gets_no_more_than_it_copies():
    copied = re.findall(r"^COPY (?!--)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    let_in = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
