"""What the doctor says of a model that will be switched off."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import provider_check
from bot.settings import Settings
from tests.fakes.openai import FakeOpenAI


@pytest.mark.parametrize(("days", "mark"), [(200, "ok"), (30, "--")])
async def test_a_model_that_retires_soon_is_told(tmp_path, days, mark):
    retires = (datetime.now(UTC) + timedelta(days=days)).date()
    (tmp_path / "models.toml").write_text(f'[models."fleeting"]\nretires = {retires}\n')
    async with FakeOpenAI() as openai:
        openai.models.append("fleeting")
        settings = Settings(
            _env_file=None,
            openai_base_url=openai.url,
            openai_api_key=openai.key,
            chat={"model": "fleeting"},
            catalogue=tmp_path / "models.toml",
        )
        found = dict(await provider_check.check(settings))["chat"]
    assert found.mark == mark
    assert (f"it retires on {retires}" in found.sentence) is (mark == "--")


async def test_vectors_of_a_length_that_the_model_does_not_make_are_told():
    settings = Settings(_env_file=None, embeddings={"dimensions": 9_999})
    found = dict(await provider_check.check(settings))["embeddings"]
    assert found.mark == "!!"
    assert found.sentence.startswith("PARLEY_EMBEDDINGS_DIMENSIONS: ")
