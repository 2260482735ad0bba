import pytest

from bot.storage.database import open_database


@pytest.fixture
def path(tmp_path):
    return tmp_path / "parley.db"


@pytest.fixture
async def database(path):
    database = await open_database(path, patience=0.05)
    yield database
    await database.close()
