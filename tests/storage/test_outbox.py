"""What was posted, known after a restart."""

import asyncio

import pytest

from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from tests.storage.said import said


@pytest.fixture
def outbox(database):
    return Outbox(database)


async def test_a_post_is_intended_then_landed(outbox):
    await outbox.intend("d", "0")
    assert await outbox.load("d") == {"0": None}
    await outbox.landed("d", "0", "1700.1")
    assert await outbox.load("d") == {"0": "1700.1"}


async def test_a_delivery_knows_its_own_posts(outbox):
    await outbox.landed("d", "0", "1")
    await outbox.landed("e", "0", "2")
    assert await outbox.load("d") == {"0": "1"}
    assert await outbox.load("nobody") == {}


async def test_an_intention_does_not_forget_what_landed(outbox):
    await outbox.landed("d", "0", "1")
    await outbox.intend("d", "0")
    assert await outbox.load("d") == {"0": "1"}


async def test_a_removed_message_is_forgotten(outbox):
    await outbox.landed("d", "0", "1")
    await outbox.landed("d", "1", "2")
    await outbox.forget("d", "1")
    assert await outbox.load("d") == {"0": "1"}


async def test_what_is_about_to_be_read_is_kept_with_the_intention(outbox, database):
    """In one transaction: a process killed in between knows both or neither."""
    taken = await Inbox(database).accept(said())
    statements = []
    await database.write(lambda db: db.set_trace_callback(statements.append))
    await outbox.intend("other", "0", (taken.delivery, "Once upon"))
    assert statements.count("COMMIT") == 2  # the trace's own, and the intention's
    shown = await database.read(lambda db: db.execute("SELECT shown FROM inbox").fetchall())
    assert shown == [("Once upon",)]


async def test_twenty_posts_at_once_share_their_commit(outbox, database):
    statements = []
    await database.write(lambda db: db.set_trace_callback(statements.append))
    await asyncio.gather(*[outbox.intend(f"d{number}", "0") for number in range(20)])
    assert statements.count("COMMIT") == 2
