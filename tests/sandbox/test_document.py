"""docs/sandbox.md says what is so."""

from pathlib import Path

import pytest

from sandbox import faults
from sandbox.engines import llama, speech, whisper
from sandbox.engines.choice import OFFERED

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()


@pytest.mark.parametrize("name", sorted(faults.STREAMED | faults.OTHER - {"ok"} | {*faults.BUSY}))
def test_each_fault_is_described(name):
    assert f"`{name}" in TEXT


@pytest.mark.parametrize("capability", OFFERED)
def test_each_engine_that_can_be_chosen_has_its_option_and_its_pinned_packages(capability):
    _, *others = OFFERED[capability].items()
    for name, spec in others:
        assert f"--{capability} {name}" in TEXT
        assert all(package in TEXT for package in spec.packages if "==" in package)


def test_re_packaged_weights_are_hashed():
    assert all(len(sha) == 64 for sha in (llama.SHA256, speech.JOE, whisper.TINY, whisper.BASE))
