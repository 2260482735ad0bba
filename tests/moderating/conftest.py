import pytest

from tests.moderating.house import house


@pytest.fixture
async def it(tmp_path):
    async with house(tmp_path) as it:
        yield it
