"""The admin pages of Parley as it is started."""

import aiohttp
import pytest

from tests.app.process import Parley
from tests.fakes.openai import FakeOpenAI


@pytest.mark.parametrize(("password", "status"), [("sesame", 200), ("", 403)])
async def test_they_are_there_with_a_password_and_off_without_one(tmp_path, password, status):
    async with FakeOpenAI() as openai:
        environment = {"OPENAI_BASE_URL": openai.url, "OPENAI_API_KEY": openai.key}
        async with (
            Parley(tmp_path).running(PARLEY_ADMIN_PASSWORD=password, **environment) as bot,
            aiohttp.ClientSession() as web,
        ):
            async with web.get(f"{bot.address}/admin") as response:
                assert response.status == status
            done = await bot.told_to_leave()
            assert "sesame" not in done.said
            assert ("PARLEY_ADMIN_PASSWORD" in done.err) is (not password)
