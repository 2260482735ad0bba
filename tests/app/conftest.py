import pytest

from tests.app.process import Parley
from tests.fakes.openai import FakeOpenAI


@pytest.fixture
def parley(tmp_path):
    return Parley(tmp_path)


@pytest.fixture
async def openai():
    async with FakeOpenAI() as openai:
        yield openai


@pytest.fixture
def key(openai):
    """The environment that points Parley at the fake."""
    return {"OPENAI_BASE_URL": openai.url, "OPENAI_API_KEY": openai.key}
