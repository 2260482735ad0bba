"""`.env.example` is what Parley reads, neither more nor less."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic import AliasChoices

from bot.provider_settings import (
    CAPABILITIES,
    EmbeddingsProvider,
    ModerationProvider,
    Provider,
)
from bot.settings import Environment, Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
SETTING = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)


def kinds() -> list[type[Environment]]:
    adapters = sorted(path.parent.name for path in ROOT.glob("adapters/*/settings.py"))
    return [
        Settings,
        *(importlib.import_module(f"adapters.{a}.settings").Settings for a in adapters),
    ]


def variables(kind: type[Environment]) -> set[str]:
    prefix = kind.model_config.get("env_prefix") or ""
    return {
        str(alias.choices[0])
        if isinstance(alias := field.validation_alias, AliasChoices)
        else alias or f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
        if name not in CAPABILITIES
    }


def of_providers(*capabilities: str) -> set[str]:
    return {f"PARLEY_{c}_{name}".upper() for c in capabilities for name in Provider.model_fields}


def of_one_alone() -> set[str]:
    """What no other capability has."""
    kinds = {"moderation": ModerationProvider, "embeddings": EmbeddingsProvider}
    return {
        f"PARLEY_{capability}_{name}".upper()
        for capability, kind in kinds.items()
        for name in kind.model_fields.keys() - Provider.model_fields.keys()
    }


def test_each_setting_has_its_line_and_no_line_is_about_nothing():
    lines = [name for name, _ in SETTING.findall(EXAMPLE)]
    plain = set[str]().union(*map(variables, kinds()))
    assert len(lines) == len(set(lines))
    least = plain | of_providers("speech") | of_one_alone()
    assert least <= set(lines) <= least | of_providers(*CAPABILITIES)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_each_capability_that_may_have_a_provider_is_named(capability):
    assert re.search(rf"\b{capability.upper()}\b", EXAMPLE)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__module__)
def test_uncommenting_every_line_changes_nothing(kind, tmp_path, monkeypatch):
    for name in variables(kind) | of_providers(*CAPABILITIES) | of_one_alone():
        monkeypatch.delenv(name, raising=False)
    everything = tmp_path / ".env"
    everything.write_text(SETTING.sub(r"\1=\2", EXAMPLE))
    assert kind(_env_file=everything) == kind(_env_file=None)


def test_copied_as_it_is_it_sets_nothing():
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []
