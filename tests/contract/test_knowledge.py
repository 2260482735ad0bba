"""What a channel knows goes along with what is asked there, on every platform, and nowhere else."""

import pytest

from tests.contract.test_recall import LONG, prompts
from tests.contract.world import Upload

BIRDS = Upload("birds.pdf", LONG, "application/pdf")
PASSAGE = "“birds.pdf”, page 70:\n> the purple heron nests here"


@pytest.fixture
async def admin(house, world):
    """Ada is one."""
    await world.mention("hello", by="ada")
    await house.answered()
    who = house.heard[0].author.id
    house._settings = house._settings.model_copy(update={"admins": (who,)})
    await house.restart()
    return who


@pytest.mark.usefixtures("admin")
async def test_a_file_that_a_channel_knows_answers_what_is_asked_there_and_nowhere_else(
    house, world
):
    await world.share("/knowledge add", BIRDS, by="ada")
    await house.shows("now: 100 passages.")
    await house.settled()
    await world.mention("Where is the heron?", by="bob")
    await house.answered(2)
    assert PASSAGE in prompts(house)[-1]
    await house.shows("“birds.pdf”, page 70")
    await world.direct("Where is the heron?", by="bob")
    await house.answered(3)
    assert prompts(house)[-1] == "Where is the heron?"


@pytest.mark.usefixtures("admin")
async def test_what_a_channel_has_forgotten_goes_along_with_nothing(house, world):
    await world.slash("knowledge add", 'text:"The heron nests at Balaton" name:heron', by="ada")
    await house.shows("This channel knows")
    await world.slash("knowledge remove", "heron", by="ada")
    await house.shows("This channel has forgotten")
    await world.mention("Where is the heron?", by="bob")
    await house.answered(2)
    assert prompts(house)[-1] == "Where is the heron?"


async def test_nobody_but_an_admin_has_a_channel_know_something(house, world):
    await world.share("/knowledge add", BIRDS, by="bob")
    await house.shows("is for admins")
    await world.mention("Where is the heron?", by="bob")
    await house.answered()
    assert prompts(house)[-1] == "Where is the heron?"
