"""Of several processes, one does what only one may do."""

import pytest

from bot.storage.database import open_database
from bot.storage.duties import Duties


@pytest.fixture
async def other(path):
    other = await open_database(path)
    yield other
    await other.close()


async def test_a_duty_is_its_first_takers(database, other):
    assert await Duties(database).mine("watch")
    assert await Duties(database).mine("watch")
    assert not await Duties(other).mine("watch")
    assert await Duties(other).mine("report")


async def test_the_duty_of_a_process_that_left_goes_to_another(path, database):
    first = await open_database(path)
    assert await Duties(first).mine("watch")
    await first.close()
    await database.write(database.owner.renew)  # a heartbeat
    assert await Duties(database).mine("watch")
