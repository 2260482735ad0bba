"""What every platform must do, by Slack over HTTP. (Over Socket Mode it is one of the others.)"""

import pytest

from tests.contract.house import living
from tests.contract.slack_http import SlackHttpWorld
from tests.contract.test_adapters import *  # noqa: F403


@pytest.fixture
async def house(tmp_path):
    async with living(SlackHttpWorld(), tmp_path) as house:
        yield house


@pytest.fixture
def world(house):
    return house.world
