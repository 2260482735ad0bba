"""State, preferences and steps: small values under names."""

import pytest

from bot.ports import State
from bot.storage.inbox import Inbox
from bot.storage.preferences import Preferences
from bot.storage.state import StoredState
from bot.storage.steps import Steps
from bot.storage.store import open_storage
from tests.storage.said import said


@pytest.fixture
def state(database) -> State:
    return StoredState(database)


async def test_state_is_put_got_and_deleted(state):
    assert await state.get("slack.team") is None
    await state.put("slack.team", "T1")
    await state.put("slack.team", "T2")
    assert await state.get("slack.team") == "T2"
    await state.delete("slack.team")
    assert await state.get("slack.team") is None


async def test_a_scan_gives_what_begins_with_the_prefix_in_order(state):
    last = "seen.\U0010ffff"
    for key in ("seen.9", "seen.10", "sees", "see", last, "zebra"):
        await state.put(key, "1")
    assert await state.scan("seen.") == [("seen.10", "1"), ("seen.9", "1"), (last, "1")]
    assert await state.scan("100%_") == []
    assert len(await state.scan("")) == 6


async def test_a_preference_is_found_wherever_it_was_chosen(database):
    preferences = Preferences(database)
    await preferences.put("slack:T2", "alerts", "there")
    await preferences.put("slack:T1", "alerts", "here")
    await preferences.put("slack:T1", "model", "gpt-4o")
    assert await preferences.named("alerts") == [("slack:T1", "here"), ("slack:T2", "there")]


async def test_each_scope_has_its_preferences(database):
    preferences = Preferences(database)
    await preferences.put("slack:T1:U1", "model", "gpt-4o")
    await preferences.put("slack:T1:U1", "model", "gpt-5")
    await preferences.put("slack:T1:U1", "voice", "alloy")
    await preferences.put("slack:T1", "model", "gpt-4")
    await preferences.delete("slack:T1:U1", "voice")
    assert await preferences.of("slack:T1:U1") == {"model": "gpt-5"}
    assert await preferences.of("slack:T1") == {"model": "gpt-4"}
    assert await preferences.of("slack:T1:U2") == {}


async def test_the_first_result_of_a_step_stays(database):
    steps = Steps(database)
    assert await steps.get("d", "create") is None
    await steps.put("d", "create", "")
    await steps.put("d", "create", "batch_2")
    assert await steps.get("d", "create") == ""
    assert await steps.get("d", "other") is None


async def test_steps_are_forgotten_when_their_delivery_is_done(database):
    inbox, steps = Inbox(database), Steps(database)
    taken = await inbox.accept(said())
    await steps.put(taken.delivery, "create", "batch_1")
    await steps.put("other", "create", "batch_2")
    await inbox.finish(taken.delivery)
    assert await steps.get(taken.delivery, "create") is None
    assert await steps.get("other", "create") == "batch_2"


async def test_everything_is_kept_over_a_restart(path):
    storage = await open_storage(path)
    await storage.state.put("a", "1")
    await storage.close()
    storage = await open_storage(path)
    assert await storage.state.get("a") == "1"
    await storage.close()
