import pytest

from tests.jobs.office import office


@pytest.fixture
async def it(tmp_path):
    async with office(tmp_path) as it:
        yield it
