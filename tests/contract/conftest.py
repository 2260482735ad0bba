"""One world a platform, with all of Parley in it."""

import pytest

from tests.contract.discord import DiscordWorld
from tests.contract.house import living
from tests.contract.page import PageWorld
from tests.contract.slack import SlackWorld

WORLDS = {"slack": SlackWorld, "discord": DiscordWorld, "page": PageWorld}


@pytest.fixture(params=WORLDS.values(), ids=WORLDS.keys())
async def house(request, tmp_path):
    async with living(request.param(), tmp_path) as house:
        yield house


@pytest.fixture
def world(house):
    return house.world
